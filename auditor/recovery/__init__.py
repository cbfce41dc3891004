"""Finding the manifest of a copy that lost it: stripped, re-encoded, scaled, cropped, letterboxed, mirrored."""

from auditor.recovery.answers import MEANS, Means, Recovered
from auditor.recovery.index import RecoveryIndex, WatermarkPayload
from auditor.recovery.store import Output

__all__ = ["MEANS", "Means", "Output", "Recovered", "RecoveryIndex", "WatermarkPayload"]
