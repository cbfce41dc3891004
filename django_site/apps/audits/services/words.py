"""Words that a screenplay shares with registered scripts: told when it is saved, and found in the audit of its cut."""

from dataclasses import replace

from auditor.report import AuditReport, DetectorVersion, Finding, Quieted
from auditor.text import text_finding
from auditor.text.overlap import TEXT_VERSION
from auditor.text.reading import parse_script
from django_site import wiring
from django_site.apps.audits.selectors import negatives_of
from django_site.apps.productions.models import Production, Screenplay


def words_shared(*, production: Production, fountain: str) -> tuple[tuple[Finding, ...], tuple[Quieted, ...]]:
    """The passages that a text shares with registered scripts, and those that the organisation's reviewers dismissed."""
    library = wiring.text_library()
    if library is None or not fountain.strip():
        return (), ()
    script = parse_script("screenplay.fountain", fountain)
    found = [text_finding(match, script) for match in library.match(script)]
    if not found:
        return (), ()
    embedder = wiring.embedder()
    return negatives_of(production.organisation_id, embedder.identity).quiet(found, embedder)


def with_words(report: AuditReport, *, screenplay: Screenplay) -> AuditReport:
    """The report of a film together with the words of the screenplay that it was made from."""
    from django_site.apps.productions.services.screenplays import screenplay_text

    library = wiring.text_library()
    if library is None:
        return report
    found, quieted = words_shared(production=screenplay.production, fountain=screenplay_text(screenplay))
    searched = DetectorVersion("words", str(TEXT_VERSION), searched_sha256=library.digest)
    return replace(
        report,
        findings=(*report.findings, *found),
        quieted=(*report.quieted, *quieted),
        detectors=(*report.detectors, searched),
    )
