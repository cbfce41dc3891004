"""A report in one HTML file: opens without a server, prints, needs no network, runs no script.

The document's own content policy forbids everything but its style and pictures inside it, so that a title which somebody
wrote in bad faith can neither run nor fetch anything, even if the escaping had a hole.

>>> write_html_report(Path("report.html"), report, name="take.mp4", titles={}, made_at=now)    # doctest: +SKIP
"""

import html
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from auditor import __version__, verbal
from auditor.errors import BadInputError
from auditor.files import replacing
from auditor.html_drawings import curve_svg, timeline_svg
from auditor.html_style import STYLE
from auditor.media.types import Interval, MediaInfo, Region
from auditor.report import RESEMBLANCE_KINDS, AuditReport, Considered, EvidencePair, Finding, Quieted, UnknownPerson

#: Stretches that are written out for each unknown person.
_SPANS = 6
#: Nothing is loaded, run or sent; the pictures are data in the file itself.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

KIND_WORDS: dict[str, str] = {
    "copy": "Copy of a work",
    "scene": "Same scene, another recording",
    "style": "Similar look, not a copy",
    "semantic": "Similar content, not a copy",
    "audio": "Same sound",
    "text": "Same words",
    "face": "Registered person",
    "voice": "Registered person’s voice",
}


def write_html_report(
    path: Path,
    report: AuditReport,
    *,
    name: str,
    titles: Mapping[str, str],
    made_at: datetime,
    licences: Mapping[str, str] | None = None,
) -> None:
    """Write the report, whole or not at all. ``name`` is the audited file's, ``titles`` the works' by their ids,
    ``licences`` what each work is licensed for, in a sentence, where somebody has looked.

    Raises ``BadInputError`` where the file can't be written.
    """
    document = html_report(report, name=name, titles=titles, made_at=made_at, licences=licences)
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(document.encode("utf-8", "replace"))
    except OSError as error:
        raise BadInputError(f"{path}: the report can't be written there ({error.strerror})") from error


def html_report(
    report: AuditReport,
    *,
    name: str,
    titles: Mapping[str, str],
    made_at: datetime,
    licences: Mapping[str, str] | None = None,
) -> str:
    """The report as an HTML document; every text from outside is escaped."""
    said = licences or {}
    numbered = [
        (finding.kind in RESEMBLANCE_KINDS, _finding(number, finding, titles, said))
        for number, finding in enumerate(report.findings, 1)
    ]
    findings, resembling = ("".join(text for alike, text in numbered if alike is which) for which in (False, True))
    body = "".join(
        (
            _head(report, name, made_at),
            _overview(report, titles),
            findings,
            _resembles(resembling),
            _unknown(report.unknown_people),
            _dismissed(report.quieted),
            _compared(report.considered, titles),
            _limits(report),
            _record(report),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>What was found in {_text(name)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _text(value: object) -> str:
    """Text from outside, harmless: markup escaped, control characters (which no document may hold) shown as boxes."""
    shown = "".join(
        c if c in "\n\t" or (c.isprintable() or c == " ") else "\N{REPLACEMENT CHARACTER}" for c in str(value)
    )
    return html.escape(shown, quote=True)


def _named(value: object) -> str:
    """A name from outside, whose writing direction ends with it."""
    return f"<bdi>{_text(value)}</bdi>"


def clock(seconds: float) -> str:
    """A moment of a film: ``12.40 s`` below a minute, ``1:07.3`` above, with hours where there are any."""
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def _span(interval: Interval) -> str:
    return f"{clock(interval.start)} to {clock(interval.end)}"


def headline(report: AuditReport) -> str:
    """The verdict in one sentence."""
    kinds = [finding.kind for finding in report.findings]
    parts = [
        _counted(kinds.count("copy"), "stretch copies a registered work", "stretches copy registered works"),
        _counted(
            kinds.count("scene"),
            "stretch shows a work’s scene in another recording",
            "stretches show a work’s scene in another recording",
        ),
        _counted(
            kinds.count("audio"), "stretch sounds like a registered work", "stretches sound like registered works"
        ),
        _counted(kinds.count("text"), "stretch has a work’s words", "stretches have works’ words"),
        _counted(kinds.count("face"), "stretch shows a registered person", "stretches show a registered person"),
        _counted(
            kinds.count("voice"),
            "stretch has speech that resembles a registered voice",
            "stretches have speech that resembles registered voices",
        ),
        _counted(
            len(report.resemblances),
            "stretch resembles a work and is no copy",
            "stretches resemble works and are no copies",
        ),
    ]
    said = [part for part in parts if part]
    if not said:
        return "Nothing in this file resembles what was searched."
    return "; ".join(said) + "."


def _counted(count: int, one: str, many: str) -> str:
    return "" if not count else f"{count} {one if count == 1 else many}"


def _head(report: AuditReport, name: str, made_at: datetime) -> str:
    tone = "stop" if any(f.kind == "copy" for f in report.findings) else "ask" if report.matches else "calm"
    dismissed = _counted(
        len(report.quieted), "earlier false alarm was met again", "earlier false alarms were met again"
    )
    return (
        f'<header class="verdict {tone}"><p class="eyebrow">Reelproof, what was found in</p><h1>{_named(name)}</h1>'
        f'<p class="headline">{_text(headline(report))}</p>'
        f'<p class="soft">{_text(_media(report.media))}. Looked at {_moment(made_at)}.'
        f"{f' {dismissed} and kept quiet, see below.' if dismissed else ''}</p></header>"
    )


def _media(media: MediaInfo) -> str:
    size = f"{media.width} × {media.height} pixels"
    return f"Picture, {size}" if media.is_still else f"Film of {clock(media.duration)}, {size}"


def _moment(at: datetime) -> str:
    return _text(at.strftime("%-d %B %Y, %H:%M %Z").strip())


def _overview(report: AuditReport, titles: Mapping[str, str]) -> str:
    if report.media.is_still or report.media.duration <= 0:
        return ""
    bars = [
        (f.query, f.kind, number, _text(f"{number}. {KIND_WORDS[f.kind]}: {_about(f, titles)}, {_span(f.query)}"))
        for number, f in enumerate(report.findings, 1)
    ]
    if not bars:
        return ""
    rows = "".join(
        f'<tr><td>{number}</td><td><a href="#finding-{number}">{_place(finding)}</a></td>'
        f"<td>{KIND_WORDS[kind]}</td><td>{_named(_about(finding, titles))}</td><td>{finding.score:.2f}</td></tr>"
        for (_, kind, number, _), finding in zip(bars, report.findings, strict=True)
    )
    return (
        f'<section aria-labelledby="h-film"><h2 id="h-film">The whole film</h2>{timeline_svg(report.media.duration, bars)}'
        "<table><caption>The same as a list</caption><thead><tr><th>No.</th><th>In this film</th><th>Kind</th>"
        f"<th>About</th><th>Score</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _about(finding: Finding, titles: Mapping[str, str]) -> str:
    return titles.get(finding.work_id, finding.work_id) if finding.work_id else finding.subject_id or "somebody"


def _finding(number: int, finding: Finding, titles: Mapping[str, str], licences: Mapping[str, str]) -> str:
    figures = [("In this film", _place(finding)), ("About", _named(_about(finding, titles)))]
    alike = finding.kind in RESEMBLANCE_KINDS
    if finding.work_id is not None and finding.work_id in licences and not alike:
        figures.append(("Licence", _text(licences[finding.work_id])))
    if finding.reference:
        figures.append(("In the work", clock(finding.reference.start) if alike else _span(finding.reference)))
    if finding.kind in ("copy", "scene"):
        figures.append(("Left and right", "exchanged (mirrored)" if finding.mirrored else "as in the work"))
    if finding.reference and finding.kind != "text" and not alike:
        figures.append(("Playing", _playing(finding)))
    if finding.region:
        figures.append(("Where", _where(finding.region)))
    figures.append(("Score", f"{finding.score:.2f} of 1"))
    if finding.work_id and not alike:
        lr = verbal.ratio(finding.log10_lr)
        log = "" if finding.log10_lr is None else f" (log10 = {finding.log10_lr:.2f})"
        figures.append(("Likelihood ratio", f"{lr}{log}"))
        if finding.log10_lr is not None:
            figures.append(("In words", verbal.support(finding.log10_lr)))
    listed = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in figures)
    return (
        f'<section class="finding" id="finding-{number}" aria-labelledby="h-{number}">'
        f'<p class="eyebrow">Finding {number} · {KIND_WORDS[finding.kind]}</p>'
        f'<h2 id="h-{number}">{_text(finding.plain)}</h2>'
        f'<dl>{listed}</dl>{_pairs(finding.evidence)}<div class="plots">{_plot(finding)}{_matrix(finding)}</div>'
        f"{_measured(finding)}</section>"
    )


def _where(region: Region) -> str:
    share = round(100 * region.width * region.height)
    if share >= 99:
        return "the whole picture"
    return f"{share} % of the picture, from {100 * region.x:.0f} % across and {100 * region.y:.0f} % down"


def _place(finding: Finding) -> str:
    """Where in the film; words that no moment was known for have none."""
    return "no moment known" if finding.kind == "text" and not finding.query.duration else _span(finding.query)


def _playing(finding: Finding) -> str:
    speed = "at the work's own speed" if abs(finding.speed - 1) < 0.005 else f"{finding.speed:.2f} times as fast"
    return f"backwards, {speed}" if finding.reversed else speed


def _picture(mime: str, data: bytes, alt: str) -> str:
    return f'<img src="data:{mime};base64,{b64encode(data).decode()}" alt="{alt}">'


def _pairs(evidence: Iterable[EvidencePair]) -> str:
    shown = []
    for pair in evidence:
        at = clock(pair.query_seconds)
        pictures = _picture("image/jpeg", pair.query_jpeg, f"The film at {at}, the matched part outlined")
        words = f"film at {at}"
        if pair.reference_jpeg is not None:
            there = clock(pair.reference_seconds) if pair.reference_seconds is not None else "its only picture"
            pictures += _picture("image/jpeg", pair.reference_jpeg, f"The work at {there}, the matched part outlined")
            words += f" · work at {there}"
        if pair.hash_bits is not None:
            words += f" · {pair.hash_bits} of 64 hash bits differ"
        shown.append(f"<figure><div>{pictures}</div><figcaption>{words}</figcaption></figure>")
    return f'<div class="pairs">{"".join(shown)}</div>' if shown else ""


def _plot(finding: Finding) -> str:
    drawn = curve_svg(finding.curve, finding.query)
    if drawn is None:
        return ""
    return (
        f"<figure>{drawn}<figcaption>How well film and work agree, second by second of this film</figcaption></figure>"
    )


def _matrix(finding: Finding) -> str:
    if finding.matrix_png is None:
        return ""
    alt = f"Moments of the film against moments of the work; the aligned path covers {_span(finding.query)} of the film"
    return (
        f'<figure class="matrix">{_picture("image/png", finding.matrix_png, alt)}'
        "<figcaption>Alignment matrix: the film runs to the right, the work downwards; the brighter, the more "
        "alike; the line is what was aligned</figcaption></figure>"
    )


def _measured(finding: Finding) -> str:
    if not finding.measured:
        return ""
    rows = []
    for name, value in sorted(finding.measured.items()):
        measure = verbal.measure(name)
        rows.append(
            f"<tr><th scope=row>{_text(measure.label)}<span>{_text(measure.says)}</span></th>"
            f"<td class=num>{_text(measure.text(value))}</td></tr>"
        )
    return f"<table class=measured><caption>What was measured</caption><tbody>{''.join(rows)}</tbody></table>"


def _resembles(sections: str) -> str:
    """Apart from the findings, under a heading that says what they are not."""
    if not sections:
        return ""
    return (
        '<section aria-labelledby="h-resembles"><h2 id="h-resembles">Resembles, not a copy</h2><p>What follows is alike in '
        "look or in what it shows. A style or a subject is free to all; nothing here is evidence of copying, and no "
        "likelihood ratio stands behind it: likeness is ranked against unrelated pictures and the other works.</p>"
        "</section>"
        f"{sections}"
    )


def _unknown(people: tuple[UnknownPerson, ...]) -> str:
    if not people:
        return ""
    rows = "".join(
        f"<li><figure>{_picture('image/jpeg', one.picture_jpeg, f'Person {one.number}, the face outlined')}<figcaption>"
        f"{_text(one.plain)} <span class=soft>{_text(', '.join(_span(span) for span in one.spans[:_SPANS]))}"
        f"{' …' if len(one.spans) > _SPANS else ''}</span></figcaption></figure></li>"
        for one in people
    )
    return (
        '<section aria-labelledby="h-unknown"><h2 id="h-unknown">People who resemble nobody registered</h2><p>Their faces '
        "were compared with one another while this film was looked at, and what was measured of them is kept nowhere.</p>"
        f"<ol>{rows}</ol></section>"
    )


def _dismissed(quieted: tuple[Quieted, ...]) -> str:
    if not quieted:
        return ""
    rows = "".join(
        f"<li><p>{_text(one.finding.plain)}</p><p><strong>Dismissed{f' by {_named(one.by)}' if one.by else ''}, "
        f"{_text(one.at)}:</strong> {_text(one.reason)} <span class=soft>({_text(one.negative_id)})</span></p></li>"
        for one in quieted
    )
    return (
        '<section aria-labelledby="h-dismissed"><h2 id="h-dismissed">Met again, and dismissed before</h2><p>Somebody marked '
        f"these as false alarms, with a reason. They are no findings, and they are not hidden.</p><ol>{rows}</ol></section>"
    )


def _compared(considered: tuple[Considered, ...], titles: Mapping[str, str]) -> str:
    """Why something that was looked at closely is no finding."""
    rows = []
    for one in considered:
        if one.kind is None:
            measured = ", ".join(
                f"{verbal.measure(name).label}: {verbal.measure(name).text(value)}"
                for name, value in sorted(one.measured.items())
            )
            about = _named(titles.get(one.work_id, one.work_id))
            rows.append(f"<tr><td>{_span(one.query)}</td><td>{about}</td><td>{_text(measured)}</td></tr>")
    if not rows:
        return ""
    return (
        '<section aria-labelledby="h-compared"><h2 id="h-compared">Compared closely, and no match</h2><table><thead><tr>'
        f"<th>In this film</th><th>Work</th><th>Measured</th></tr></thead><tbody>{''.join(rows)}</tbody></table></section>"
    )


def _limits(report: AuditReport) -> str:
    rows = "".join(f"<li>{_text(limit)}</li>" for limit in report.cannot_detect)
    return (
        '<section aria-labelledby="h-limits"><h2 id="h-limits">What this could not find</h2><p>Silence about these '
        f"means nothing:</p><ul>{rows}</ul><p>Likelihood ratios weigh “{verbal.PROPOSITIONS[0]}” against "
        f"“{verbal.PROPOSITIONS[1]}”; the words for them follow the {verbal.SCALE_SOURCE}: from 2 weak, from 10 moderate, "
        "from 100 moderately strong, from 1,000 strong, from 10,000 very strong, "
        "from 1,000,000 extremely strong support. Where it says “not calibrated”, "
        "figures rank findings and say nothing about how rare such likeness is. Whether a use is allowed is for a person "
        "to judge.</p></section>"
    )


def _record(report: AuditReport) -> str:
    detectors = "".join(
        f"<tr><th scope=row>{_text(d.name)}</th><td>{_text(d.version)}</td>"
        f"<td><code>{_text(d.weights_sha256 or '–')}</code></td><td><code>{_text(d.searched_sha256 or '–')}</code></td></tr>"
        for d in report.detectors
    )
    return (
        '<section aria-labelledby="h-record"><h2 id="h-record">Record</h2><dl>'
        f"<dt>File, SHA-256</dt><dd><code>{_text(report.asset_sha256)}</code></dd>"
        f"<dt>Frames examined</dt><dd>{report.frames_examined:,}</dd>"
        f"{f'<dt>ISCC</dt><dd><code>{_text(report.iscc)}</code></dd>' if report.iscc else ''}"
        f"<dt>Made by</dt><dd>Reelproof {__version__}</dd></dl><table><caption>Who looked, and in what</caption><thead><tr>"
        "<th>Detector</th><th>Version</th><th>Weights, SHA-256</th><th>Searched, SHA-256</th></tr></thead>"
        f"<tbody>{detectors}</tbody></table></section>"
    )
