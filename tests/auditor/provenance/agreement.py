"""What the reference reader says of a file, and whether our verdict agrees with it, or is worse and says why."""

from pathlib import Path

import c2pa

from auditor.provenance import TrustList, VerificationReport, sniff
from auditor.provenance.chain import RANK, SIGNER_CODES
from auditor.provenance.trust import context


def reference(path: Path, trust: TrustList | None) -> str:
    """The state by the library's own reader under the same settings, or why it has none."""
    with path.open("rb") as stream:
        kind = sniff.media_type(stream.read(sniff.HEAD_BYTES))
        stream.seek(0)
        if kind is None:
            return "Unreadable"
        try:
            with c2pa.Reader(kind, stream, context=context(trust)) as reader:
                return str(reader.get_validation_state())
        except (c2pa.C2paError.ManifestNotFound, c2pa.C2paError.RemoteManifest):
            return "NoCredentials"
        except Exception:  # whatever it raises, it has no verdict
            return "Unreadable"


def disagreement(report: VerificationReport, said: str) -> str:
    """Empty where our report agrees with the reference; otherwise what is wrong with it.

    Ours may be worse than the reference for one reason only: something in the chain, and then a reason must name it. And
    where the reference calls a file invalid because of its signer's certificate alone (expired, revoked, unfit), ours
    says that the file is unchanged and its signer not to be relied on, for that reason.
    """
    if said in ("NoCredentials", "Unreadable"):
        return "" if report.state == said else f"{report.state} instead of {said}"
    if said == "Invalid":
        own = [one.code for one in report.reasons if not one.where]
        if report.state == "Valid" and own and all(code.startswith(SIGNER_CODES) for code in own):
            return ""
        return "" if report.state == "Changed" else f"{report.state} instead of Invalid"
    if report.state == said:
        return ""
    worse = RANK[report.state] > RANK["Valid" if said == "Valid" else "Trusted"]
    named = any(link.state == report.state and link.reasons for link in report.chain)
    return "" if worse and named else f"{report.state} instead of {said}"
