"""One contract for every signer: a key in files, on a PKCS#11 token, behind a key service; on each curve that is allowed."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.provenance import (
    CallbackSigner,
    DevelopmentAuthority,
    FileSigner,
    IdentityError,
    KeyUse,
    OrganisationIdentity,
    Pkcs11Signer,
    ReportedSigner,
    RereadError,
    Signer,
    SigningError,
    TrustList,
    expires_within,
    require_validity,
    sign,
)
from auditor.provenance.signers import belongs, der_from_raw, leaf_key, raw_from_der
from tests.auditor.provenance.conftest import draft, write_mp4
from tests.softhsm import PIN, Token

CURVES = {
    "P-256": ("es256", hashes.SHA256(), 64),
    "P-384": ("es384", hashes.SHA384(), 96),
    "P-521": ("es512", hashes.SHA512(), 132),
}


@pytest.fixture(scope="session")
def token(software_token: Token) -> Token:
    return software_token


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory, token: Token) -> dict[str, DevelopmentAuthority]:
    """One for each curve; the keys are on the token, too."""
    found = {}
    for curve in CURVES:
        found[curve] = DevelopmentAuthority.create(tmp_path_factory.mktemp(curve), curve=curve)  # type: ignore[arg-type]
        token.hold(found[curve].identity_directory / "key.pem", curve)
    return found


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mp4(tmp_path_factory.mktemp("clip") / "clip.mp4", seed=5)


def private(authority: DevelopmentAuthority) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key((authority.identity_directory / "key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def der_of_a_digest(authority: DevelopmentAuthority, curve: str) -> Callable[[bytes], bytes]:
    """As AWS KMS and Google Cloud KMS answer: DER, over a digest."""
    return lambda digest: private(authority).sign(digest, ec.ECDSA(Prehashed(CURVES[curve][1])))


def raw_of_the_data(authority: DevelopmentAuthority, curve: str) -> Callable[[bytes], bytes]:
    """As Azure Key Vault answers: raw; given the data itself."""
    key = private(authority)
    return lambda data: raw_from_der(key.sign(data, ec.ECDSA(CURVES[curve][1])), key.public_key())


MAKERS: dict[str, Callable[[DevelopmentAuthority, str, Token], Signer]] = {
    "files": lambda authority, curve, token: FileSigner.open(authority.directory),
    "PKCS#11": lambda authority, curve, token: Pkcs11Signer.open(
        token.uri(curve), chain=authority.identity_directory / "chain.pem"
    ),
    "key service, DER of a digest": lambda authority, curve, token: CallbackSigner.open(
        chain=authority.identity_directory / "chain.pem", function=der_of_a_digest(authority, curve)
    ),
    "key service, raw of the data": lambda authority, curve, token: CallbackSigner.open(
        chain=authority.identity_directory / "chain.pem", function=raw_of_the_data(authority, curve), gets="data"
    ),
}
every_signer = pytest.mark.parametrize("means", MAKERS)
every_curve = pytest.mark.parametrize("curve", CURVES)


@every_signer
@every_curve
def test_what_it_signs_verifies_under_its_certificate(
    means: str, curve: str, authorities: dict[str, DevelopmentAuthority], token: Token
) -> None:
    signer = MAKERS[means](authorities[curve], curve, token)
    algorithm, digest, length = CURVES[curve]
    signature = signer.sign(b"a claim")
    assert signer.algorithm == algorithm
    assert len(signature) == length
    leaf_key(signer).verify(der_from_raw(signature), b"a claim", ec.ECDSA(digest))
    assert not belongs(signature, b"another claim", signer)
    assert (signer.name, signer.organisation) == (
        "Reelproof DEVELOPMENT signer - not for production",
        "Reelproof development (not for production)",
    )
    assert signer.key_id == FileSigner.open(authorities[curve].directory).key_id
    assert signer.not_before < datetime.now(UTC) < signer.not_after
    require_validity(signer)


@every_signer
@every_curve
def test_a_fresh_reader_trusts_what_it_signed(
    means: str, curve: str, authorities: dict[str, DevelopmentAuthority], token: Token, clip: Path, tmp_path: Path
) -> None:
    signer = MAKERS[means](authorities[curve], curve, token)
    trust = TrustList.open(authorities[curve].directory)
    organisation = OrganisationIdentity(FileSigner.open(authorities[curve].organisation_directory))
    output = sign(clip, tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, organisation=organisation)
    assert output.verification.state == "Trusted"
    with pytest.raises(RereadError, match="not on your trust list"):
        sign(
            clip,
            tmp_path / "o.mp4",
            draft=draft(),
            signer=signer,
            trust=TrustList(authorities["P-256" if curve != "P-256" else "P-384"].root.read_bytes()),
        )


@every_signer
def test_a_key_that_is_not_the_certificates_is_refused(
    means: str, authorities: dict[str, DevelopmentAuthority], token: Token, clip: Path, tmp_path: Path
) -> None:
    """The chain of one authority, the key of another on the same curve."""
    other = DevelopmentAuthority.create(tmp_path / "other")
    chain = authorities["P-256"].identity_directory / "chain.pem"
    (other.identity_directory / "chain.pem").write_bytes(chain.read_bytes())
    if means == "PKCS#11":
        label = f"stranger-{tmp_path.name}"
        token.hold(other.identity_directory / "key.pem", label)
        signer: Signer = Pkcs11Signer.open(token.uri(label), chain=chain)
    elif means == "files":
        with pytest.raises(IdentityError, match="does not belong"):
            FileSigner.open(other.directory)
        return
    else:
        signer = MAKERS[means](other, "P-256", token)
    with pytest.raises(SigningError, match="does not verify under"):
        signer.sign(b"a claim")
    with pytest.raises(SigningError, match="does not verify under"):
        sign(
            clip,
            tmp_path / "out.mp4",
            draft=draft(),
            signer=signer,
            trust=TrustList.open(authorities["P-256"].directory),
        )
    assert not (tmp_path / "out.mp4").exists()


@every_signer
def test_every_use_is_told_before_it_happens(
    means: str, authorities: dict[str, DevelopmentAuthority], token: Token, clip: Path, tmp_path: Path
) -> None:
    authority = authorities["P-256"]
    uses: list[KeyUse] = []
    signer = ReportedSigner(MAKERS[means](authority, "P-256", token), uses.append)
    organisation = OrganisationIdentity(
        ReportedSigner(FileSigner.open(authority.organisation_directory), uses.append, purpose="organisation")
    )
    trust = TrustList.open(authority.directory)
    sign(clip, tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, organisation=organisation)
    assert {use.purpose for use in uses} == {"claim", "organisation"}
    assert {use.key_id for use in uses} == {signer.key_id, organisation.signer.key_id}
    assert all(len(use.sha256) == 64 for use in uses)

    def refuse(use: KeyUse) -> None:
        raise PermissionError("the log is full")

    touched: list[bytes] = []
    watched = CallbackSigner.open(
        chain=authority.identity_directory / "chain.pem",
        function=lambda digest: touched.append(digest) or b"",  # type: ignore[func-returns-value]
    )
    with pytest.raises(PermissionError, match="the log is full"):
        sign(clip, tmp_path / "o.mp4", draft=draft(), signer=ReportedSigner(watched, refuse), trust=trust)
    assert not touched, "the key was used although its use could not be written down"
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda digest: b"", "does not verify"),
        (lambda digest: b"\x00" * 64, "does not verify"),
        (lambda digest: b"\xff" * 64, "does not verify"),
        (lambda digest: b"\x30\x06\x02\x01\x01\x02\x01\x01", "does not verify"),
        (lambda digest: b"\x30\x84\xff\xff\xff\xff", "does not verify"),
        (lambda digest: "text", "returned str"),
        (lambda digest: None, "returned NoneType"),
    ],
)
def test_nonsense_from_a_key_service_is_refused(
    function: Callable[[bytes], bytes], words: str, authorities: dict[str, DevelopmentAuthority]
) -> None:
    signer = CallbackSigner.open(chain=authorities["P-256"].identity_directory / "chain.pem", function=function)
    with pytest.raises(SigningError, match=words):
        signer.sign(b"a claim")


@given(answer=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_answer_passes_that_does_not_verify(answer: bytes, authorities: dict[str, DevelopmentAuthority]) -> None:
    signer = CallbackSigner.open(
        chain=authorities["P-256"].identity_directory / "chain.pem", function=lambda digest: answer
    )
    with pytest.raises(SigningError):
        signer.sign(b"a claim")


def test_what_a_failing_service_says_is_not_repeated(
    authorities: dict[str, DevelopmentAuthority], clip: Path, tmp_path: Path
) -> None:
    def fail(digest: bytes) -> bytes:
        raise RuntimeError("secret token hunter2")

    signer = CallbackSigner.open(chain=authorities["P-256"].identity_directory / "chain.pem", function=fail)
    with pytest.raises(SigningError, match="RuntimeError") as caught:
        sign(
            clip,
            tmp_path / "out.mp4",
            draft=draft(),
            signer=signer,
            trust=TrustList.open(authorities["P-256"].directory),
        )
    assert "hunter2" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_sleeps_is_not_waited_for(authorities: dict[str, DevelopmentAuthority]) -> None:
    awake = threading.Event()

    def sleep(digest: bytes) -> bytes:
        awake.wait(30)
        return b""

    signer = CallbackSigner.open(
        chain=authorities["P-256"].identity_directory / "chain.pem",
        function=sleep,
        timeout_s=0.2,
    )
    begun = time.monotonic()
    with pytest.raises(SigningError, match=r"no signature within 0\.2 s"):
        signer.sign(b"a claim")
    assert time.monotonic() - begun < 5
    awake.set()


def test_a_tokens_refusals_say_what_to_do(
    token: Token, authorities: dict[str, DevelopmentAuthority], tmp_path: Path
) -> None:
    chain = authorities["P-256"].identity_directory / "chain.pem"
    with pytest.raises(SigningError, match="no private key of this name"):
        Pkcs11Signer.open(token.uri("nobody"), chain=chain).sign(b"x")
    with pytest.raises(SigningError, match="no token of this name"):
        Pkcs11Signer.open(token.uri("P-256").replace("token=studio", "token=lost"), chain=chain).sign(b"x")
    wrong = tmp_path / "pin"
    wrong.write_text("halibut")
    with pytest.raises(IdentityError, match="chmod 600"):
        Pkcs11Signer.open(token.uri("P-256").replace(str(token.pin), str(wrong)), chain=chain)
    wrong.chmod(0o600)
    with pytest.raises(SigningError, match="the PIN is wrong") as caught:
        Pkcs11Signer.open(token.uri("P-256").replace(str(token.pin), str(wrong)), chain=chain).sign(b"x")
    assert "halibut" not in str(caught.value)
    with pytest.raises(SigningError, match="without a PIN"):
        Pkcs11Signer.open(token.uri("P-256").partition("&pin-source")[0], chain=chain).sign(b"x")
    for uri, words in (
        ("pkcs11:object=a?module-path=/bin/sh", "lacks token"),
        ("pkcs11:token=a;object=b", "lacks module-path"),
        ("pkcs11:token=a?module-path=/bin/sh", "names no key"),
        ("pkcs11:token=a;object=b?module-path=/nowhere.so", "missing"),
        ("pkcs11:token=a;object=b?module-path=/bin/sh&pin-value=1", "seen by every user"),
        ("https://token", "begins with pkcs11:"),
    ):
        with pytest.raises(IdentityError, match=words):
            Pkcs11Signer.open(uri, chain=chain)
    shown = repr(Pkcs11Signer.open(token.uri("P-256"), chain=chain))
    assert PIN not in shown


def _sign_in_child(uri: str, chain: str, queue: "multiprocessing.Queue[bytes]") -> None:
    queue.put(Pkcs11Signer.open(uri, chain=Path(chain)).sign(b"from a child"))


def test_a_forked_worker_signs_on_the_token(token: Token, authorities: dict[str, DevelopmentAuthority]) -> None:
    chain = authorities["P-256"].identity_directory / "chain.pem"
    signer = Pkcs11Signer.open(token.uri("P-256"), chain=chain)
    signer.sign(b"in the parent, before the fork")
    fork = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[bytes] = fork.Queue()
    child = fork.Process(target=_sign_in_child, args=(token.uri("P-256"), str(chain), queue))
    child.start()
    assert belongs(queue.get(timeout=60), b"from a child", signer)
    child.join(10)
    assert belongs(signer.sign(b"after it"), b"after it", signer)


def test_threads_take_turns_on_a_token(token: Token, authorities: dict[str, DevelopmentAuthority]) -> None:
    signer = Pkcs11Signer.open(token.uri("P-256"), chain=authorities["P-256"].identity_directory / "chain.pem")
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(belongs(signer.sign(b"x"), b"x", signer))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [True] * 8


def test_an_old_or_a_future_certificate_is_refused(clip: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    old = DevelopmentAuthority.create(tmp_path / "old", now=now - timedelta(days=30), validity=timedelta(days=1))
    new = DevelopmentAuthority.create(tmp_path / "new", now=now + timedelta(days=2))
    for authority, words in ((old, "expired on"), (new, "not valid before")):
        signer = FileSigner.open(authority.directory)
        with pytest.raises(IdentityError, match=words):
            require_validity(signer)
        with pytest.raises(IdentityError, match=words):
            sign(clip, tmp_path / "o.mp4", draft=draft(), signer=signer, trust=TrustList.open(authority.directory))
    signer = FileSigner.open(DevelopmentAuthority.create(tmp_path / "short", validity=timedelta(days=20)).directory)
    assert expires_within(signer, 30)
    assert not expires_within(signer, 10)
    assert expires_within(signer, 10, now=now + timedelta(days=15))
