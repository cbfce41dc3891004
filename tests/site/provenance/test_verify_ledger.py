"""Somebody takes the triggers away and rewrites the past: each way to do it is found, on both databases."""

import json
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from auditor.provenance import leaf_hash
from auditor.provenance.ledger import MerkleLog
from django_site.apps.audits.facts import enrol_facts
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import decide_and_record
from django_site.apps.likeness.models import ConsentGrant
from django_site.apps.likeness.services import grant_offer, grant_sign
from django_site.apps.provenance.models import LedgerEntry, TreeHead
from django_site.apps.provenance.services.ledger import (
    ledger_append,
    ledger_head_sign,
    ledger_public_key,
    ledger_settle,
)
from django_site.apps.provenance.services.ledger_checks import ledger_verify
from django_site.apps.provenance.services.proofs import entries_proof

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.LEDGER_HEADS = tmp_path / "heads.jsonl"
    return make.studio()


@pytest.fixture
def ledger(studio, make):
    """Six decisions, a signed head after the third and one after the last."""
    subject = make.subject(studio.organisation)
    for number in range(6):
        decide_and_record(facts=enrol_facts(subject), actor=studio.legal_reviewer, subject=subject)
        if number in (2, 5):
            ledger_head_sign()
    return list(LedgerEntry.objects.all())


@contextmanager
def no_triggers():
    """As somebody with the database's own rights would."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield cursor
            cursor.execute("SET session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = dict(cursor.fetchall())
        for name in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield cursor
        for sql in triggers.values():
            cursor.execute(sql)


def kinds(**options) -> set[str]:
    report = ledger_verify(**options)
    assert report.ok is (report.faults == ())
    return {fault.kind for fault in report.faults}


def rehashed(entry: LedgerEntry, **event) -> None:
    """The forger's care: the leaf fits the event again."""
    document = {**entry.event, **event}
    LedgerEntry.objects.filter(pk=entry.pk).update(event=document, leaf_sha256=leaf_hash(document).hex())


def test_what_nobody_touched_is_as_it_was(ledger):
    report = ledger_verify()
    assert report.faults == ()
    assert (report.entries, report.heads, report.heads_outside, report.sealed, report.rows) == (6, 2, 2, 6, 6)


def test_the_triggers_refuse_it_as_long_as_they_stand(ledger):
    from django.db import IntegrityError, transaction

    for change in (
        lambda: LedgerEntry.objects.filter(seq=1).update(kind="other"),
        lambda: LedgerEntry.objects.filter(seq=1).delete(),
        lambda: Decision.objects.update(outcome="allow"),
        lambda: TreeHead.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_an_edited_event_is_found(ledger):
    with no_triggers():
        LedgerEntry.objects.filter(seq=1).update(event={**ledger[1].event, "outcome": "allow"})
    assert "edited" in kinds()


def test_an_edit_with_its_hash_made_to_fit_is_found_by_the_head(ledger):
    with no_triggers():
        rehashed(ledger[1], outcome="allow")
    report = ledger_verify()
    assert any(fault.kind == "edited" and "head outside" in fault.plain for fault in report.faults)


@pytest.mark.parametrize("seq", [0, 3, 4])
def test_a_deleted_entry_is_found(ledger, seq):
    with no_triggers():
        LedgerEntry.objects.filter(seq=seq).delete()
    assert "deleted" in kinds()


def test_a_deleted_entry_whose_gap_was_closed_is_found(ledger):
    with no_triggers():
        LedgerEntry.objects.filter(seq=4).delete()
        LedgerEntry.objects.filter(seq=5).update(seq=4)
        moved = LedgerEntry.objects.get(seq=4)
        rehashed(moved, seq=4)
    found = kinds()
    assert "truncated" in found  # six entries were sealed
    assert "row" in found  # and the decision of the fifth stands without its entry


def test_entries_that_changed_places_are_found(ledger):
    with no_triggers():
        LedgerEntry.objects.filter(seq=1).update(seq=99)
        LedgerEntry.objects.filter(seq=2).update(seq=1)
        LedgerEntry.objects.filter(seq=99).update(seq=2)
    assert "reordered" in kinds()


def test_entries_that_changed_places_with_their_numbers_made_to_fit_are_found(ledger):
    first, second = ledger[1].event, ledger[2].event
    with no_triggers():
        rehashed(ledger[1], **{**second, "seq": 1})
        rehashed(ledger[2], **{**first, "seq": 2})
    assert "edited" in kinds()


@pytest.mark.parametrize("heads_too", [False, True])
def test_an_end_that_was_cut_off_is_found(ledger, heads_too):
    with no_triggers():
        LedgerEntry.objects.filter(seq__gte=4).delete()
        if heads_too:  # then only what was kept outside the database tells
            TreeHead.objects.filter(size__gt=4).delete()
    assert "truncated" in kinds()


def test_a_past_written_anew_from_end_to_end_is_found_with_the_heads_that_somebody_else_kept(
    ledger, settings, tmp_path
):
    kept = tmp_path / "kept.jsonl"
    kept.write_text(settings.LEDGER_HEADS.read_text())
    with no_triggers():
        rehashed(ledger[0], outcome="allow")
        TreeHead.objects.all().delete()
    settings.LEDGER_HEADS.unlink()
    ledger_head_sign()  # the forger even has the ledger's key
    assert {"edited", "head"} <= kinds(heads=kept)


def test_a_head_that_another_key_signed_is_found(ledger):
    assert "head" in kinds(public_key="11" * 32)
    with no_triggers():
        TreeHead.objects.filter(size=3).update(signature="00" * 64)
    assert "head" in kinds()


def test_a_decision_that_was_changed_added_or_taken_away_is_found(ledger, make, studio):
    decision = Decision.objects.order_by("pk").first()
    with no_triggers():
        Decision.objects.filter(pk=decision.pk).update(facts={**decision.facts, "display_name": "Somebody else"})
    assert kinds() == {"row"}
    with no_triggers():
        Decision.objects.filter(pk=decision.pk).update(facts=decision.facts, outcome="allow")
    assert kinds() == {"row"}
    with no_triggers():
        Decision.objects.filter(pk=decision.pk).delete()
    assert kinds() == {"row"}
    make.decision(studio.production, cut=make.cut(studio.production, studio.producer))
    assert len(ledger_verify().faults) == 2


def test_a_text_that_was_changed_after_it_was_signed_is_found(studio, make):
    performer = make.member(studio.organisation, "performer")
    subject = make.subject(studio.organisation, user=performer)
    scope = {
        "projects": [str(studio.production.pk)], "uses": ["film"], "media": ["*"], "territories": ["*"],
        "modalities": ["face"], "replica_kind": "independent", "description": "Speaking role of the keeper, two scenes",
        "exclusions": ["nudity"],
    }  # fmt: skip
    grant = grant_offer(subject=subject, scope=scope, text="My face, once.", by=studio.legal_reviewer)
    grant_sign(grant=grant, by=performer, text_sha256_seen=grant.text_sha256)
    assert ledger_verify().faults == ()
    with no_triggers():
        ConsentGrant.objects.update(text="Everything, for ever.")
    assert kinds() == {"row"}


def test_the_sweeper_seals_what_no_head_covers_and_writes_out_what_was_lost(ledger, settings):
    ledger_append(kind="test", event={"a": 1})
    assert ledger_verify().sealed == 6
    assert ledger_settle().size == 7
    assert ledger_settle() is None
    lines = settings.LEDGER_HEADS.read_text().splitlines()
    settings.LEDGER_HEADS.write_text("\n".join(lines[:1]) + "\n")  # a process that died before it wrote
    assert kinds() == {"head"}
    ledger_settle()
    assert settings.LEDGER_HEADS.read_text().splitlines() == lines
    assert ledger_verify().ok


def test_the_proof_of_entries_holds_by_itself(ledger):
    document = json.loads(json.dumps(entries_proof([ledger[4], ledger[1]])))
    assert [entry["seq"] for entry in document["entries"]] == [1, 4]
    assert document["head"]["public_key"] == ledger_public_key()
    for entry in document["entries"]:
        assert leaf_hash(entry["event"]).hex() == entry["leaf_sha256"]
        MerkleLog().verify_inclusion(
            bytes.fromhex(entry["leaf_sha256"]),
            bytes.fromhex(document["head"]["root_sha256"]),
            {"type": "inclusion", "index": entry["seq"], "size": 6, "hashes": entry["path"]},
            index=entry["seq"],
            size=6,
        )


def test_the_command_says_what_it_found_and_ends_with_one(ledger, settings, tmp_path):
    out = StringIO()
    call_command("verify_ledger", stdout=out, stderr=StringIO())
    assert "6 entries, 2 heads outside the database, 6 rows: all as it was" in out.getvalue()
    with no_triggers():
        LedgerEntry.objects.filter(seq=1).delete()
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", "--json", stdout=out)
    assert ended.value.code == 1
    document = json.loads(out.getvalue())
    assert document["ok"] is False
    assert document["faults"][0] == {"kind": "deleted", "plain": "entry 1 is gone", "seq": 1}
    for arguments, said in (
        (["--heads", str(tmp_path / "none")], "does not exist"),
        (["--public-key", "xyz"], "64 hexadecimal digits"),
    ):
        with pytest.raises(CommandError, match=said) as refused:
            call_command("verify_ledger", *arguments, stderr=StringIO())
        assert refused.value.returncode == 2
    settings.LEDGER_HEADS.write_text("not json\n")
    with pytest.raises(CommandError, match="line 1, is no tree head"):
        call_command("verify_ledger", stderr=StringIO())
