"""Our signers as the library's signers, through its C interface where its Python one lacks a way.

What a signer of ours raises inside the library would be reduced there to "signature error"; it is kept and raised again.
"""

import ctypes
from collections.abc import Sequence

import c2pa
from c2pa import c2pa as _binding

from auditor.provenance.signers import Signer

_ALGORITHMS = {
    "es256": c2pa.C2paSigningAlg.ES256,
    "es384": c2pa.C2paSigningAlg.ES384,
    "es512": c2pa.C2paSigningAlg.ES512,
}
_Texts = ctypes.POINTER(ctypes.c_char_p)
#: c2pa_c.h of c2pa-rs 0.91: both signers are consumed, whatever comes of it.
_create_identity_signer = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, _Texts, _Texts)(
    ("c2pa_identity_signer_create", _binding._lib)
)


def native_signer(signer: Signer, failures: list[BaseException], *, tsa_url: str | None = None) -> c2pa.Signer:
    """A library signer that calls ``signer``; what that raises is put into ``failures``."""

    def sign(data: bytes) -> bytes:
        try:
            return signer.sign(data)
        except BaseException as error:
            failures.append(error)
            return b""  # the library calls an empty signature a failure

    chain = signer.chain_pem.decode("ascii")
    return c2pa.Signer.from_callback(sign, _ALGORITHMS[signer.algorithm], chain, tsa_url)


def with_identity(
    claim: c2pa.Signer, identity: c2pa.Signer, *, referenced: Sequence[str], roles: Sequence[str]
) -> c2pa.Signer:
    """One library signer that signs claims with ``claim`` and asserts ``identity`` in each; both are used up.

    ``referenced`` are labels of assertions that the identity vouches for beside the hard binding.
    """
    pointers = [ctypes.cast(one._handle, ctypes.c_void_p) for one in (claim, identity)]
    callbacks = (claim._callback_cb, identity._callback_cb)
    made = _create_identity_signer(*pointers, _texts(referenced), _texts(roles))
    for one in (claim, identity):
        one._teardown(free_handle=False)
    if not made:
        raise c2pa.C2paError("the library made no identity signer")
    signer = c2pa.Signer(ctypes.cast(made, ctypes.POINTER(_binding.C2paSigner)))
    signer._callback_cb = callbacks  # the functions must outlive the signer that calls them
    return signer


def _texts(values: Sequence[str]) -> "ctypes.Array[ctypes.c_char_p]":
    return (ctypes.c_char_p * (len(values) + 1))(*[value.encode() for value in values], None)
