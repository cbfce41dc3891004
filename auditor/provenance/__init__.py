"""Provenance: sign what the studio made, and read what any file says about itself.

::

    authority = DevelopmentAuthority.create(Path("var/identity"))
    identity, trust = SigningIdentity.open(authority.identity_directory), TrustList.open(authority.directory)
    output = sign(cut, signed, draft=draft, identity=identity, trust=trust, ingredients=shots)
    verify(signed, trust=trust).state                 # "Trusted", for the whole chain
"""

from auditor.canonical import canonical_json
from auditor.provenance.authority import DevelopmentAuthority, SigningIdentity
from auditor.provenance.draft import (
    DIGITAL_SOURCE_TYPES,
    Action,
    AuditStatement,
    ConsentReference,
    Ingredient,
    ManifestDraft,
    ModelDisclosure,
    ReviewStatement,
)
from auditor.provenance.errors import (
    DraftError,
    HistoryError,
    IdentityError,
    ProvenanceError,
    RereadError,
    SigningError,
)
from auditor.provenance.ledger import LedgerError, MerkleLog, leaf_hash
from auditor.provenance.reasons import Reason
from auditor.provenance.report import ChainLink, State, Statements, UncoveredBytes, VerificationReport
from auditor.provenance.signing import SignedOutput, sign
from auditor.provenance.trust import TrustList
from auditor.provenance.verifying import verify

__all__ = [
    "DIGITAL_SOURCE_TYPES",
    "Action",
    "AuditStatement",
    "ChainLink",
    "ConsentReference",
    "DevelopmentAuthority",
    "DraftError",
    "HistoryError",
    "IdentityError",
    "Ingredient",
    "LedgerError",
    "ManifestDraft",
    "MerkleLog",
    "ModelDisclosure",
    "ProvenanceError",
    "Reason",
    "RereadError",
    "ReviewStatement",
    "SignedOutput",
    "SigningError",
    "SigningIdentity",
    "State",
    "Statements",
    "TrustList",
    "UncoveredBytes",
    "VerificationReport",
    "canonical_json",
    "leaf_hash",
    "sign",
    "verify",
]
