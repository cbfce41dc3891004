"""The binder: fifteen documents from rows, a signed index, proofs; checked by a script that uses none of our code."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditor.canonical import canonical_json
from auditor.provenance import DevelopmentAuthority, FileSigner, verify
from auditor.provenance.signers import leaf_key
from django_site import wiring
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.provenance.binder.contents import binder_documents, cover
from django_site.apps.provenance.binder.documents import KINDS, document, document_pdf
from django_site.apps.provenance.binder.documents.cue_sheet import COLUMNS, cue_csv, origins_of, timecode
from django_site.apps.provenance.binder.film import Film
from django_site.apps.provenance.binder.index import index_sign
from django_site.apps.provenance.binder.making import UnfinishedFilmError, binder_again, binder_request
from django_site.apps.provenance.binder.templates import TemplateError, addressee_read, addressees, missing
from django_site.apps.provenance.models import Binder, KeyUse, LedgerEntry
from django_site.apps.provenance.services.ledger import ledger_append, ledger_head_sign
from django_site.errors import InputError, NotAllowedError

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(settings.BASE_DIR) / "docs" / "check_binder.py"


def made(film, addressee: str = "complete") -> Binder:
    binder = binder_request(cut=film.cut, addressee=addressee, by=film.producer)
    run_pending()
    binder.refresh_from_db()
    assert binder.asset is not None, binder.reason or Job.objects.get(pk=binder.job_id).reason
    return binder


def checked(path: Path) -> subprocess.CompletedProcess:
    """The script run as anybody would run it: no path to our code, none of our environment."""
    root = settings.SIGNING_ROOT / "root.pem"
    command = [sys.executable, "-I", str(SCRIPT), str(path), str(root)]
    return subprocess.run(command, capture_output=True, text=True, cwd=path.parent, env={}, timeout=60, check=False)


def test_every_document_is_built_from_rows_and_printed(film):
    at = timezone.now()
    assert len(KINDS) == 15
    for slug, kind in KINDS.items():
        one = document(slug, film.cut, at)
        assert one == document(slug, film.cut, at), slug
        assert json.loads(canonical_json(one)) == one, slug
        assert one["schema"] == f"reelproof-binder/{slug}/1"
        assert one["film"]["film_sha256"] == film.release.manifest.asset.sha256
        assert all(gap["what"] and gap["who"] and gap["field"] for gap in one["gaps"]), slug
        pdf = document_pdf(one)
        assert pdf == document_pdf(json.loads(canonical_json(one))), slug
        for mark in (b"/StructTreeRoot", b"/Lang", b"pdfuaid:part", b"/MarkInfo"):
            assert mark in pdf, (slug, mark)
        assert kind.title


def test_what_the_documents_say_is_what_happened(film):
    at = timezone.now()
    cues = document("ai-cue-sheet", film.cut, at)
    assert [one["kind"] for one in cues["cues"]] == ["titles", "renderer", "renderer", "renderer", "titles"]
    assert sum(cues["origins"].values()) == pytest.approx(float(film.cut.duration), abs=0.13)
    assert cues["cues"][1]["edited_fields"] == ["description"]
    rows = cue_csv(cues).decode().splitlines()
    assert rows[0] == ",".join(COLUMNS)
    assert len(rows) == 1 + len(cues["cues"])
    spoken = [one for one in cues["sound"] if "nobody's voice" in one["origin"]]
    assert len(spoken) == len(film.cut.sound["lines"])
    assert any(one["what"].startswith("ambience: ") for one in cues["sound"])
    chain = {one["element"]: one["state"] for one in document("chain-of-title", film.cut, at)["elements"]}
    assert chain["Sound"] == "recorded"
    asked = {one["question"]: one["answer"] for one in document("eo-schedule", film.cut, at)["questions"]}
    assert asked["Music"].startswith("none; computed for the film")

    wrote = document("human-authorship", film.cut, at)
    play = next(one for one in wrote["elements"] if one["element"] == "Screenplay")
    assert play["class"] == "machine-drafted-human-edited"
    assert play["evidence"]["lines_by"][str(film.producer)] == 1
    [edit] = play["evidence"]["edits"]
    assert edit["against_draft"]["lines"] | {"kept": 0} == {"kept": 0, "changed": 0, "added": 1, "removed": 0}
    shots = next(one for one in wrote["elements"] if one["element"] == "Shot plan")
    assert shots["evidence"]["fields"] == {"description": 1}

    sheet = document("registration-worksheet", film.cut, at)
    assert {one["created"] for one in sheet["author_created"]} == {"script/screenplay"}
    assert any("generated by reelproof-previz" in one["what"] for one in sheet["excluded"])
    assert "not legal advice" in sheet["notice"]

    decided = document("decisions", film.cut, at)
    assert decided["release_decision"]["sha256"] == film.release.decision.sha256
    assert [one["act"] for one in decided["reviews"]] == ["approve"]
    assert document("c2pa-verification", film.cut, at)["state"] == "Trusted"

    work = document("energy-and-cost", film.cut, at)
    assert work["energy_joules"] > 0
    assert work["energy_how"]
    assert work["cost"] is None
    assert {one["field"] for one in work["gaps"]} == {"cost"}
    assert work["machine_seconds"] > 0


def test_a_later_row_is_no_part_of_an_earlier_moment(film):
    at = film.release.created_at
    before = {slug: document(slug, film.cut, at) for slug in KINDS}
    from django_site.apps.productions.services.contributions import contribution_enter

    contribution_enter(production=film.production, by=film.producer, act="composed", note="composed the score")
    assert {slug: document(slug, film.cut, at) for slug in KINDS} == before
    now = document("human-authorship", film.cut, timezone.now())
    assert "composed the score" in [one["element"] for one in now["elements"]]


def test_each_addressee_gets_theirs(film):
    assert set(addressees()) == {"complete", "streamer", "insurer", "academy", "guild", "eu"}
    rows = Film(film.cut, timezone.now())
    for addressee in addressees().values():
        documents = binder_documents(addressee, rows)
        front = cover(addressee, rows, documents)  # raises for a path that a document does not have
        assert [one["slug"] for one in front["contents"]] == list(addressee.documents)
        assert len(front["required"]) == len(addressee.required)
    eu = cover(addressees()["eu"], rows, binder_documents(addressees()["eu"], rows))
    lacking = {one["path"] for one in eu["required"] if not one["present"]}
    assert "report.signed_at" in lacking
    assert "energy_joules" not in lacking
    assert "notice" not in lacking


def test_a_binder_is_made_checked_and_the_same_again(film):
    binder = made(film)
    path = asset_path(binder.asset)
    said = checked(path)
    assert (said.returncode, said.stderr) == (0, "")
    assert "GOOD: 34 files" in said.stdout
    assert binder_request(cut=film.cut, addressee="complete", by=film.producer, at=binder.moment) == binder

    ledger_append(kind="test", event={"later": 1})
    ledger_head_sign()
    assert binder_again(binder) == path.read_bytes()
    assert LedgerEntry.objects.filter(kind="binder").count() == 1
    with zipfile.ZipFile(path) as archive:
        index = json.loads(archive.read("index.json"))
        assert canonical_json(index) == archive.read("index.json")
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        explained = [line.split(" ")[0] for line in archive.read("README.txt").decode().splitlines()]
        assert {"index.json", "index.json.sig", "signer.pem", "proofs.json", "cover.pdf"} <= set(explained)
    assert index["made_from"]["decision_sha256"] == film.release.decision.sha256
    assert index["made_from"]["cut_sha256"] == film.cut.asset.sha256
    assert len([one for one in index["files"] if one["name"].endswith(".pdf")]) == 16


def rezipped(path: Path, change) -> bytes:
    """The archive with its contents, a list of (name, bytes), changed; every checksum of the ZIP itself is right again."""
    with zipfile.ZipFile(path) as archive:
        contents = [(one, archive.read(one)) for one in archive.namelist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in change(contents):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def replacing(wanted: str, how):
    return lambda contents: [(name, how(content) if name == wanted else content) for name, content in contents]


def in_json(how):
    def changed(content: bytes) -> bytes:
        value = json.loads(content)
        how(value)
        return canonical_json(value)

    return changed


def stranger_signed(contents, tmp_path):
    """An index that was changed and signed by somebody else with a chain of their own."""
    stranger = FileSigner.open(DevelopmentAuthority.create(tmp_path / "stranger").identity_directory)
    held = dict(contents)
    held["signer.pem"] = stranger.chain_pem
    held["index.json.sig"] = index_sign(held["index.json"], stranger)
    return list(held.items())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_every_pdf_can_be_had_with_credentials_of_its_own(film, tmp_path):
    binder = made(film, "insurer")
    with zipfile.ZipFile(asset_path(binder.asset)) as plain, zipfile.ZipFile(asset_path(binder.credentials)) as signed:
        pages = [name for name in plain.namelist() if name.endswith(".pdf")]
        assert set(pages) == set(signed.namelist()) - {"README.txt"}
        for name in pages:
            page = tmp_path / name
            page.write_bytes(signed.read(name))
            report = verify(page, trust=wiring.trust_list())
            assert report.state == "Trusted", (name, report.reasons)
            digest = hashlib.sha256(plain.read(name)).hexdigest()
            assert digest in json.dumps(report.as_dict()), "it says which file of the binder it is"
        about = verify(tmp_path / "cover.pdf", trust=wiring.trust_list())
        film_link = next(link for link in about.chain if link.media_type == "video/mp4")
        assert (film_link.relationship, film_link.state) == ("inputTo", "Trusted"), "the film that the binder is about"
        page.write_bytes(page.read_bytes().replace(b"/Type", b"/Tipe", 1))
        assert verify(page, trust=wiring.trust_list()).state in ("Changed", "Unreadable")
    assert KeyUse.objects.filter(purpose="binder").count() == 1


def test_whatever_is_changed_is_found(film, tmp_path):
    path = asset_path(made(film, "streamer").asset)

    def flip(content):
        return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]

    def head(name, value):
        return in_json(lambda proofs: proofs["head"].__setitem__(name, value))

    def first(name, value):
        return in_json(lambda proofs: proofs["entries"][0].__setitem__(name, value))

    with zipfile.ZipFile(path) as archive:
        entry = json.loads(archive.read("proofs.json"))["entries"][0]
        binder_leaf = json.loads(archive.read("proofs.json"))["entries"][-1]["leaf_sha256"]
    ways = {
        "a PDF": replacing("01-ai-use.pdf", flip),
        "a document": replacing("01-ai-use.json", flip),
        "the CSV": replacing("02-ai-cue-sheet.csv", flip),
        "the index": replacing("index.json", in_json(lambda index: index["made_from"].__setitem__("cut", "another"))),
        "a digest in the index": replacing("index.json", in_json(lambda i: i["files"][0].__setitem__("sha256", "0" * 64))),
        "the signature": replacing("index.json.sig", flip),
        "a file removed": lambda contents: [one for one in contents if one[0] != "03-chain-of-title.pdf"],
        "a file added": lambda contents: [*contents, ("99-more.pdf", b"%PDF-1.7")],
        "a name twice": lambda contents: [*contents, contents[-1]],
        "the proofs removed": lambda contents: [one for one in contents if one[0] != "proofs.json"],
        "a path": replacing("proofs.json", first("path", ["0" * 64, *entry["path"][1:]])),
        "a path made longer": replacing("proofs.json", first("path", [*entry["path"], "0" * 64])),
        "an event": replacing("proofs.json", first("event", {**entry["event"], "outcome": "block"})),
        "a place": replacing("proofs.json", first("seq", entry["seq"] + 1)),
        "the root": replacing("proofs.json", head("root_sha256", "0" * 64)),
        "the size": replacing("proofs.json", head("size", 3)),
        "a decision left out": replacing("proofs.json", in_json(lambda proofs: proofs["entries"].pop(0))),
        "the binder's own entry left out": replacing(
            "proofs.json",
            in_json(lambda proofs: proofs["entries"].remove(
                next(one for one in proofs["entries"] if one["leaf_sha256"] == binder_leaf))),
        ),
        "another signer": lambda contents: stranger_signed(contents, tmp_path),
    }  # fmt: skip
    good = tmp_path / "same.zip"
    good.write_bytes(rezipped(path, lambda contents: contents))
    assert checked(good).returncode == 0
    passed = []
    for name, change in ways.items():
        target = tmp_path / "changed.zip"
        target.write_bytes(rezipped(path, change))
        said = checked(target)
        if said.returncode == 0 or "GOOD: " in said.stdout.replace("NOT GOOD: ", ""):
            passed.append(name)
    assert passed == []


def test_an_unfinished_film_has_no_binder(studio, make, django_user_model):
    cut = make.cut(studio.production, studio.producer)
    with pytest.raises(UnfinishedFilmError) as refused:
        binder_request(cut=cut, addressee="insurer", by=studio.producer)
    assert [one["field"] for one in refused.value.missing] == ["review", "signing"]
    assert "Reviewers have not approved it yet." in str(refused.value)
    assert not Binder.objects.exists()
    assert not Job.objects.filter(kind="make_binder").exists()
    with pytest.raises(IntegrityError, match="released film"), transaction.atomic():
        Binder.objects.create(cut=cut, addressee="insurer", moment=timezone.now(), made_by=studio.producer)
    with pytest.raises(NotAllowedError):
        binder_request(cut=cut, addressee="insurer", by=make.user())


def test_what_is_asked_wrongly_is_refused(studio, make):
    cut = make.release(studio).cut

    def ask(**more):
        return binder_request(**{"cut": cut, "addressee": "guild", "by": studio.producer, **more})

    with pytest.raises(InputError, match="choose one of"):
        ask(addressee="grandmother")
    with pytest.raises(InputError, match="future"):
        ask(at=timezone.now() + timedelta(days=1))
    with pytest.raises(UnfinishedFilmError, match="not released yet"):
        ask(at=timezone.now() - timedelta(days=1))


def test_a_binder_that_fails_says_why_and_can_be_asked_for_again(film, monkeypatch):
    cut, studio = film.cut, film
    binder = binder_request(cut=cut, addressee="guild", by=studio.producer)
    from django_site.apps.provenance.binder import making

    def broken(*given, **more):
        raise InputError("the disk is full")

    monkeypatch.setattr(making, "packed", broken)
    run_pending()
    binder.refresh_from_db()
    assert (binder.asset, binder.reason) == (None, "the disk is full")
    assert not LedgerEntry.objects.filter(kind="binder").exists()
    monkeypatch.undo()
    again = binder_request(cut=cut, addressee="guild", by=studio.producer, at=binder.moment)
    assert (again.pk, again.reason) == (binder.pk, "")
    run_pending()
    again.refresh_from_db()
    assert again.asset is not None
    for fields in ({"index_sha256": "0" * 64}, {"gaps": 0}, {"addressee": "eu"}):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            Binder.objects.filter(pk=again.pk).update(**fields)
    with pytest.raises(IntegrityError, match="can not be deleted"), transaction.atomic():
        Binder.objects.filter(pk=again.pk).delete()


GOOD = """
id: friend
title: For a friend
to: A friend
letter: [Dear friend.]
documents: [decisions]
required: [{document: decisions, path: reviews, says: reviews, who: producer}]
"""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("decisions]", "gossip]"), "documents.0"),
        (("title: For a friend\n", ""), "title"),
        (("document: decisions", "document: ai-use"), "not among its documents"),
        (("letter: [Dear friend.]", "letter: ["), "no YAML"),
        (("id: friend", "id: A friend!"), "id"),
        (("to: A friend", "to: A friend\nsecret: 1"), "secret"),
    ],
)
def test_a_template_that_is_wrong_says_where(tmp_path, change, complaint):
    path = tmp_path / "friend.yaml"
    path.write_text(GOOD)
    assert addressee_read(path).id == "friend"
    path.write_text(GOOD.replace(*change))
    with pytest.raises(TemplateError, match=re.escape(complaint)):
        addressee_read(path)


def test_a_field_that_says_nothing_is_missing():
    made_up = {"a": {"b": None, "c": "x", "l": [{"n": 1}, {"n": ""}], "z": 0, "no": False}, "report": {}}
    for path, is_missing in {
        "a.b": 1,
        "a.c": 0,
        "a.l": 0,
        "a.l.*.n": 1,
        "a.z": 0,
        "a.no": 0,
        "report.signed_at": 1,
    }.items():
        assert missing(made_up, path) == bool(is_missing), path
    for path in ("a.typo", "a.c.d", "a.c.*"):
        with pytest.raises(TemplateError):
            missing(made_up, path)


def test_timecodes_and_origins():
    assert timecode(0, 24) == "00:00:00:00"
    assert timecode(3661.5, 24) == "01:01:01:12"
    assert timecode(0.999, 25) == "00:00:01:00"
    cues = [{"start": 0.0, "end": 2.0, "origin": "a"}, {"start": 1.0, "end": 3.0, "origin": "b"}]
    assert origins_of(cues) == {"a": 1.5, "b": 1.5}
    cell = dict.fromkeys(COLUMNS, "") | {"prompt": "=HYPERLINK(1)", "likenesses": ["A", "B"]}
    assert "'=HYPERLINK(1),,,A; B" in cue_csv({"cues": [cell]}).decode()


def test_the_signature_is_the_same_twice_and_openssls_kind():
    signer = wiring.signer()
    first = index_sign(b"{}", signer)
    assert first == index_sign(b"{}", signer)
    key = leaf_key(signer)
    key.verify(first, b"{}", ec.ECDSA(hashes.SHA256()))
