"""Provenance: sign what the studio made, and read what any file says about itself.

::

    authority = DevelopmentAuthority.create(Path("var/identity"))
    signer, trust = FileSigner.open(authority.identity_directory), TrustList.open(authority.directory)
    output = sign(cut, signed, draft=draft, signer=signer, trust=trust, ingredients=shots)
    verify(signed, trust=trust).state                 # "Trusted", for the whole chain
"""

from auditor.canonical import canonical_json
from auditor.provenance.authority import DevelopmentAuthority
from auditor.provenance.development_timestamps import DevelopmentTimestamps
from auditor.provenance.draft import (
    DIGITAL_SOURCE_TYPES,
    ISCC,
    Action,
    AuditStatement,
    ConsentReference,
    Ingredient,
    ManifestDraft,
    ModelDisclosure,
    ReviewStatement,
    SoftBindingStatement,
)
from auditor.provenance.errors import (
    DraftError,
    HistoryError,
    IdentityError,
    ProvenanceError,
    RereadError,
    SigningError,
    TimestampUnavailableError,
)
from auditor.provenance.inspecting import Record, inspect
from auditor.provenance.ledger import LedgerError, MerkleLog, leaf_hash
from auditor.provenance.localising import locate_changes
from auditor.provenance.organisation import OrganisationIdentity
from auditor.provenance.reasons import Reason
from auditor.provenance.remote_signers import CallbackSigner, Pkcs11Signer
from auditor.provenance.report import (
    ChainLink,
    Change,
    Identity,
    Redaction,
    State,
    Statements,
    TimeStamp,
    UncoveredBytes,
    VerificationReport,
)
from auditor.provenance.revising import RedactionReason, redact, stamp_later
from auditor.provenance.signers import FileSigner, KeyUse, ReportedSigner, Signer, expires_within, require_validity
from auditor.provenance.signing import SignedOutput, sign
from auditor.provenance.timestamps import TimestampAuthority, TimestampSource
from auditor.provenance.trust import TrustList
from auditor.provenance.verifying import verify

__all__ = [
    "DIGITAL_SOURCE_TYPES",
    "ISCC",
    "Action",
    "AuditStatement",
    "CallbackSigner",
    "ChainLink",
    "Change",
    "ConsentReference",
    "DevelopmentAuthority",
    "DevelopmentTimestamps",
    "DraftError",
    "FileSigner",
    "HistoryError",
    "Identity",
    "IdentityError",
    "Ingredient",
    "KeyUse",
    "LedgerError",
    "ManifestDraft",
    "MerkleLog",
    "ModelDisclosure",
    "OrganisationIdentity",
    "Pkcs11Signer",
    "ProvenanceError",
    "Reason",
    "Record",
    "Redaction",
    "RedactionReason",
    "ReportedSigner",
    "RereadError",
    "ReviewStatement",
    "SignedOutput",
    "Signer",
    "SigningError",
    "SoftBindingStatement",
    "State",
    "Statements",
    "TimeStamp",
    "TimestampAuthority",
    "TimestampSource",
    "TimestampUnavailableError",
    "TrustList",
    "UncoveredBytes",
    "VerificationReport",
    "canonical_json",
    "expires_within",
    "inspect",
    "leaf_hash",
    "locate_changes",
    "redact",
    "require_validity",
    "sign",
    "stamp_later",
    "verify",
]
