"""The organisation that stands behind a file, asserted beside the claim by a certificate of its own.

CAWG Identity Assertion 1.2, X.509 (``cawg.x509.cose``). The library writes it only through a function of its C interface,
and drops it without a word where the pieces are put together another way; so it is looked for again after signing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from auditor.provenance.signers import Signer

#: What the organisation vouches for beside the bytes of the file: assertions that say what was done, by what and for whom.
VOUCHED_FOR = (
    "c2pa.actions.v2",
    "c2pa.ai-disclosure",
    "cawg.training-mining",
    "org.reelproof.audit",
    "org.reelproof.review",
)
#: Roles of CAWG Identity Assertion 1.2, section 5.1.2, that an organisation plays in a film.
PUBLISHER, PRODUCER = "cawg.publisher", "cawg.producer"


@dataclass(frozen=True, slots=True)
class OrganisationIdentity:
    """Whose film it is: a signer with the organisation's own certificate, and the roles it plays.

    ``signer`` may be any adapter; wrap it in ``ReportedSigner(…, purpose="organisation")`` to have its uses written down.
    """

    signer: Signer
    roles: tuple[str, ...] = (PUBLISHER,)


def identity_missing(manifest: Mapping[str, Any], passed: Collection[str], organisation: OrganisationIdentity) -> str:
    """Why the identity of this very organisation is not asserted in ``manifest``, as a reader gives it; "" where it is.

    ``passed`` are the codes of the checks that the manifest passed.
    """
    leaf = x509.load_pem_x509_certificates(organisation.signer.chain_pem)[0]
    for entry in manifest.get("assertions") or []:
        if str(entry.get("label", "")).split("__")[0] != "cawg.identity":
            continue
        signature = (entry.get("data") or {}).get("signature_info") or {}
        if str(signature.get("cert_serial_number")) != str(leaf.serial_number):
            continue
        if "cawg.x509.signature.validated" not in passed:
            return "its signature does not verify"
        if "cawg.x509.credential.trusted" not in passed:
            return "its certificate is not on your list of organisations; add its root (cawg*.pem) to the trust list"
        return ""
    return "it is not in the file"
