"""People whose likeness is protected: who speaks for them, what is kept of them, what they allow, and how it was used.

Two records are never mixed: a grant licenses the use of a likeness, a biometric consent lets it be measured.
"""

from django_site.apps.likeness.models.biometrics import (
    BiometricConsent,
    BiometricTemplate,
    CustodyAct,
    CustodyEvent,
    LikenessAsset,
    LikenessSource,
    Modality,
    RetentionRun,
    SubjectKey,
)
from django_site.apps.likeness.models.grants import (
    STANDING,
    ConsentGrant,
    GrantChange,
    GrantSignature,
    GrantState,
    SignerRole,
    Strike,
)
from django_site.apps.likeness.models.subjects import LivingState, Representative, RepresentativeKind, Subject
from django_site.apps.likeness.models.uses import (
    ApprovalState,
    Claim,
    ClaimKind,
    ClaimState,
    CompensationEntry,
    CompensationKind,
    UseApproval,
    UseEvent,
    UseKind,
)

__all__ = [
    "STANDING",
    "ApprovalState",
    "BiometricConsent",
    "BiometricTemplate",
    "Claim",
    "ClaimKind",
    "ClaimState",
    "CompensationEntry",
    "CompensationKind",
    "ConsentGrant",
    "CustodyAct",
    "CustodyEvent",
    "GrantChange",
    "GrantSignature",
    "GrantState",
    "LikenessAsset",
    "LikenessSource",
    "LivingState",
    "Modality",
    "Representative",
    "RepresentativeKind",
    "RetentionRun",
    "SignerRole",
    "Strike",
    "Subject",
    "SubjectKey",
    "UseApproval",
    "UseEvent",
    "UseKind",
]
