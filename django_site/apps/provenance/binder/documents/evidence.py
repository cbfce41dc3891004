"""What was looked at and decided: the similarity report, the signed record, decisions, and what was kept or
destroyed."""

from typing import Any

from django_site.apps.audits.models import Confirmation, Dismissal
from django_site.apps.audits.people_facts import moment
from django_site.apps.provenance.binder import charts
from django_site.apps.provenance.binder.film import ENGINEER, HEAD, LEGAL, Film, gap, person, reason_shown, seconds
from django_site.pages import sheets


def similarity(film: Film) -> dict[str, Any]:
    """``audit``, ``findings`` [{kind, start, end, score, log10_lr, plain, work, licence, reviewers, curve}],
    ``quieted``, ``cannot_detect``."""
    audit = film.audit
    gaps = []
    if audit is None:
        gaps.append(gap("audit", "An audit of the film.", LEGAL))
    elif audit.state != "complete":
        gaps.append(gap("audit", f"A complete audit: {audit.reason}.", ENGINEER))
    report = audit.report if audit else {}
    confirmed = Confirmation.objects.filter(finding__in=[one.pk for one in film.findings], created_at__lte=film.at)
    dismissed = Dismissal.objects.filter(finding__in=[one.pk for one in film.findings], created_at__lte=film.at)
    said: dict[Any, list[dict[str, Any]]] = {}
    for row in confirmed.select_related("by"):
        said.setdefault(row.finding_id, []).append(
            {"at": moment(row.created_at), "by": person(row.by), "act": "agreed with it", "reason": ""}
        )
    for row in dismissed.select_related("by"):
        standing = row.lifted_at is None or row.lifted_at > film.at
        said.setdefault(row.finding_id, []).append(
            {
                "at": moment(row.created_at),
                "by": person(row.by),
                "reason": row.reason,
                "act": "false alarm" if standing else "false alarm, taken back",
            }
        )
    for action in film.review_actions:
        if action.finding_id:
            said.setdefault(action.finding_id, []).append(
                {
                    "at": moment(action.created_at),
                    "by": person(action.actor),
                    "act": action.kind,
                    "reason": reason_shown(action),
                }
            )
    findings = [
        {
            "id": str(one.pk),
            "kind": one.kind,
            "judged": not one.merely_alike,
            "start": seconds(one.start),
            "end": seconds(one.end),
            "score": round(one.score, 4),
            "log10_lr": None if one.log10_lr is None else round(one.log10_lr, 2),
            "plain": one.plain,
            "work": {"id": str(one.work_id), "title": one.work.title, "rights_holder": one.work.rights_holder.name}
            if one.work
            else None,
            "person": one.subject.display_name if one.subject else None,
            "licence": film.licences.get(str(one.work_id)) if one.work_id else None,
            "reviewers": sorted(said.get(one.pk, []), key=lambda row: row["at"] or ""),
            "curve": one.curve,
        }
        for one in film.findings
    ]
    open_ = [
        one
        for one in findings
        if one["judged"] and one["work"] and not one["reviewers"] and not _reproducible(one["licence"])
    ]
    gaps += [
        gap("findings", f"What a reviewer says of this finding: {one['plain']}.", LEGAL, page="case") for one in open_
    ]
    return {
        **film.head("similarity-report", "Similarity report with reviewers' findings"),
        "audit": None
        if audit is None
        else {
            "id": str(audit.pk),
            "at": moment(audit.created_at),
            "state": audit.state,
            "report_sha256": audit.report_sha256,
            "index": {
                "sha256": audit.index_snapshot.digest,
                "works": audit.index_snapshot.works,
                "embedder": audit.index_snapshot.embedder,
            },
            "frames_examined": report.get("frames_examined"),
            "detectors": audit.detectors,
            "compared_closely": len(report.get("considered") or []),
            "iscc": audit.iscc or None,
        },
        "findings": findings,
        "quieted": [
            {"plain": one["plain"], "dismissed": {name: one["dismissed"].get(name) for name in ("at", "reason")}}
            for one in report.get("dismissed") or []
        ],
        "cannot_detect": report.get("cannot_detect") or [],
        "gaps": gaps,
    }


def _reproducible(licence: dict[str, Any] | None) -> bool:
    return bool(licence and licence["in_force"] and "reproduce" in licence["acts"])


def similarity_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    audit = document["audit"]
    if audit is None:
        return [sheets.part("Audit", sheets.text("No audit is on record."))]
    svg, alt = charts.similarity_chart(document)
    rows = [
        [
            f"{one['start']:.1f} to {one['end']:.1f} s",
            one["kind"],
            one["plain"],
            _figure(one),
            _licensed(one),
            _reviewed(one),
        ]
        for one in document["findings"]
    ]
    return [
        sheets.part("How alike, along the film", sheets.chart(svg, alt=alt)),
        sheets.part(
            "Findings",
            *sheets.table(
                ["Where", "Kind", "What", "Figure", "Licence", "Reviewers"],
                [3, 2, 5, 3, 4, 5],
                rows,
                "The audit found nothing that resembles a registered work or person.",
            ),
        ),
        sheets.part(
            "How it was looked for",
            sheets.facts(
                ("Audited", sheets.moment(audit["at"])),
                ("Works in the index", audit["index"]["works"]),
                ("Digest of the index", audit["index"]["sha256"]),
                ("Frames examined", audit["frames_examined"]),
                ("Stretches compared closely", audit["compared_closely"]),
                ("Digest of the report", audit["report_sha256"]),
                ("ISCC", audit["iscc"]),
            ),
        ),
        sheets.part(
            "Kept quiet by earlier dismissals",
            sheets.text(
                *([f"{one['plain']} ({one['dismissed']['reason']})" for one in document["quieted"]] or ["Nothing."])
            ),
        ),
        sheets.part("What can't be detected", sheets.text(*(document["cannot_detect"] or ["Nothing is listed."]))),
    ]


def _figure(one: dict[str, Any]) -> str:
    odds = "" if one["log10_lr"] is None else f"; likelihood ratio 10^{one['log10_lr']:.1f}"
    return f"{100 * one['score']:.0f} %{odds}"


def _licensed(one: dict[str, Any]) -> str:
    licence = one["licence"]
    if one["work"] is None:
        return "see the likeness schedule"
    if licence is None:
        return "none on record"
    return f"{licence['name']}: {', '.join(licence['acts'])}{'' if licence['in_force'] else ' (not in force)'}"


def _reviewed(one: dict[str, Any]) -> str:
    return "; ".join(
        f"{row['by']['name']}: {row['act']}{': ' + row['reason'] if row['reason'] else ''}" for row in one["reviewers"]
    ) or ("–" if one["judged"] else "told, not judged")


# the signed record


def verification(film: Film) -> dict[str, Any]:
    """What a fresh reader said of the signed film before it was released: ``state``, ``reasons``, ``chain``,
    ``statements``."""
    if film.release is None:
        return {
            **film.head("c2pa-verification", "C2PA verification report"),
            "state": None,
            "report": {},
            "soft_bindings": [],
            "gaps": [gap("state", "A signed film.", HEAD)],
        }
    manifest = film.release.manifest
    report = manifest.verification
    gaps = []
    if not report.get("signed_at"):
        gaps.append(
            gap(
                "report.signed_at",
                "A trusted timestamp (RFC 3161): the record says when by the signer's word only.",
                ENGINEER,
            )
        )
    if str(report.get("organisation") or report.get("signer") or "").casefold().find("development") >= 0:
        gaps.append(
            gap(
                "report.signer",
                "A certificate of a conformance programme: it is signed by a development authority.",
                ENGINEER,
            )
        )
    return {
        **film.head("c2pa-verification", "C2PA verification report"),
        "state": manifest.state,
        "read_at": moment(manifest.reread_at),
        "label": manifest.label,
        "sha256": manifest.asset.sha256,
        "bytes": manifest.asset.bytes,
        "report": report,
        "soft_bindings": [{"alg": one.alg, "value": one.value} for one in manifest.soft_bindings.order_by("alg")],
        "gaps": gaps,
    }


def verification_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    if document["state"] is None:
        return [sheets.part("Verdict", sheets.text("The film was not signed."))]
    report = document["report"]
    said = report.get("statements") or {}
    chain = [
        [one.get("title", ""), one.get("relationship", ""), one.get("state", ""), one.get("media_type", "")]
        for one in report.get("chain") or []
    ]
    reasons = [one.get("plain", "") for one in report.get("reasons") or []]
    return [
        sheets.part(
            "Verdict",
            sheets.facts(
                ("State", document["state"]),
                ("Read back", sheets.moment(document["read_at"])),
                ("File", document["sha256"]),
                ("Signer", report.get("signer")),
                ("Organisation", report.get("organisation")),
                ("Timestamp", sheets.moment(report.get("signed_at")) or "none"),
                ("Manifest", document["label"]),
                ("Found again by", ", ".join(f"{one['alg']} {one['value']}" for one in document["soft_bindings"])),
            ),
        ),
        sheets.part(
            "What the record says",
            _statements(said),
        ),
        sheets.part(
            "What it was made from",
            *sheets.table(
                ["Ingredient", "Relationship", "State", "Type"], [6, 3, 3, 3], chain, "No ingredients are listed."
            ),
        ),
        sheets.part("Reasons", sheets.text(*(reasons or ["None were given."]))),
    ]


def _statements(said: dict[str, Any]) -> dict[str, Any]:
    if not said:
        return sheets.text("The reader's report holds no statements.")
    return sheets.facts(
        ("Source type", str(said.get("digital_source_type") or "").rsplit("/", 1)[-1]),
        ("Actions", ", ".join(said.get("actions") or [])),
        ("Model", (said.get("disclosure") or {}).get("modelName")),
        ("Consents relied on", ", ".join(said.get("consents") or [])),
        ("Data mining", _mining(said)),
    )


def _mining(said: dict[str, Any]) -> str:
    entries = (said.get("mining") or {}).get("entries") or {}
    uses = sorted({str(one.get("use")) for one in entries.values() if isinstance(one, dict)})
    return ", ".join(uses)
