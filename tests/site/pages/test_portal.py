"""The performer's portal: what is read, signed, limited, stopped, contested, handed in and taken along; and by whom not."""

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageFilter

from django_site.apps.likeness.models import (
    BiometricConsent,
    BiometricTemplate,
    Claim,
    ConsentGrant,
    CustodyEvent,
    Representative,
    UseApproval,
    UseEvent,
)
from django_site.apps.likeness.services import grant_draft, grant_notice, grant_offer, representative_check
from django_site.apps.reviews.models import AccessLog
from tests.clips import ASTRONAUT, COFFEE
from tests.site.pages.test_forms import words

pytestmark = pytest.mark.django_db


def page(visit, role, name, thing, **query):
    return visit(role).get(reverse(f"likeness:{name}", args=[thing.pk]), query)


def send(visit, role, name, thing, **data):
    return visit(role).post(reverse(f"likeness:{name}", args=[thing.pk]), data, follow=True)


def scope(world, **changes):
    return {
        "projects": [str(world.production.pk)], "uses": ["film", "trailer"], "media": ["*"], "territories": ["US", "DE"],
        "modalities": ["face"], "replica_kind": "independent", "description": "Speaking role of the keeper, two scenes",
        "exclusions": ["nudity"], "acts": ["render"], **changes,
    }  # fmt: skip


def digests(grant):
    return {"text_sha256": grant.text_sha256, "shown_sha256": grant.shown_sha256}


def offered(world, **fields):
    return grant_offer(subject=world.subject, scope=scope(world), text="I allow it.", by=world.legal_reviewer, **fields)


def test_the_page_answers_in_the_order_in_which_a_performer_asks(world, visit):
    seen = words(page(visit, "performer", "subject", world.subject))
    asked = [
        "Who uses me?",
        "What have I allowed?",
        "What waits for me?",
        "What is measured of me?",
        "Who speaks for me?",
    ]
    places = [seen.index(f">{heading}</h2>") for heading in asked]
    assert places == sorted(places)
    assert f"/people/uses/{world.use.pk}/clip/#t=0.25,0.75" in seen
    assert "nothing entered for it" in seen
    assert "Read it, then decide" in seen
    assert "Say yes or no" in seen
    assert "An answer is due by" in seen


def test_a_clip_plays_in_ranges_and_is_logged(world, visit):
    url = reverse("likeness:use_clip", args=[world.use.pk])
    response = visit("performer").get(url, headers={"Range": "bytes=0-99"})
    assert response.status_code == 206
    assert len(b"".join(response.streaming_content)) == 100
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert AccessLog.objects.filter(user=world.performer, asset=world.take.asset).exists()
    assert visit("performer").get(reverse("audits:media", args=[world.take.asset_id])).status_code == 404


def test_a_use_without_a_picture_and_a_file_from_outside_play_nothing(world, visit, make):
    trained = UseEvent.objects.create(
        subject=world.subject,
        grant=world.standing,
        production=world.production,
        kind="train",
        what="a model",
        seconds=0,
    )
    assert page(visit, "performer", "use_clip", trained).status_code == 404
    from django_site.apps.audits.models import Finding

    audit = make.audit(world.production, world.imported.asset, imported=world.imported)
    foreign = Finding.objects.create(
        audit=audit, position=1, kind="face", start=0, end=1, score=0.9, plain="resembles", subject=world.subject
    )
    assert page(visit, "performer", "finding_clip", foreign).status_code == 404
    assert "a model" in words(page(visit, "performer", "uses", world.subject))


@pytest.mark.parametrize("name", ["subject", "uses", "approvals", "measured"])
def test_more_rows_are_no_more_queries(world, visit, make, name):
    client, url = visit("performer"), reverse(f"likeness:{name}", args=[world.subject.pk])

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return [query["sql"] for query in caught.captured_queries]

    few = queries()
    for number in range(5, 8):
        take = make.take(world.shot, world.producer, number=number)
        UseEvent.objects.create(
            subject=world.subject,
            grant=world.standing,
            production=world.production,
            take=take,
            kind="render",
            seconds=1,
        )
        offered(world)
        UseApproval.objects.create(
            subject=world.subject, grant=world.standing, production=world.production, description="Something else",
            requested_by=world.producer,
        )  # fmt: skip
        Claim.objects.create(
            subject=world.subject, kind="other", text="Another.", raised_by=world.performer, due_at=timezone.now()
        )
        CustodyEvent.objects.create(
            subject=world.subject, act="viewed", actor=world.performer, asset_sha256=make.digest(number)
        )
    many = queries()
    assert len(many) <= len(few), "\n".join(many)


def test_a_grant_is_read_in_two_columns_and_signed_with_its_record(world, visit):
    grant = offered(world)
    seen = words(page(visit, "performer", "grant", grant))
    assert "In plain words" in seen
    assert "Nudity." in seen
    assert grant.shown_sha256 in seen
    wrong = {"text_sha256": grant.text_sha256, "shown_sha256": "0" * 64, "read": "on"}
    assert "is not the text of this grant" in words(send(visit, "performer", "sign", grant, **wrong))
    right = {**wrong, "shown_sha256": grant.shown_sha256}
    assert "Signed. The grant is in force" in words(send(visit, "performer", "sign", grant, **right))
    signature = ConsentGrant.objects.get(pk=grant.pk).signature
    assert (signature.signed_by, signature.role, signature.conspicuous) == (world.performer, "self", True)
    assert signature.address == "127.0.0.1"
    assert signature.authenticated_by == "session"  # the test signs in without a way of its own
    assert "In the ledger as" in words(page(visit, "legal_reviewer", "grant", grant))
    assert "127.0.0.1" not in words(page(visit, "producer", "grant", grant))


def test_the_notice_is_said_and_kept(world, visit):
    type(world.subject).objects.filter(pk=world.subject.pk).update(union="SAG-AFTRA")
    world.subject.refresh_from_db()
    grant = offered(world)
    seen = words(page(visit, "performer", "grant", grant))
    assert "think it over" in seen
    assert "Sign this text" not in seen
    assert "think it over" in words(page(visit, "performer", "subject", world.subject))
    data = {"text_sha256": grant.text_sha256, "shown_sha256": grant.shown_sha256, "read": "on"}
    assert "nobody can sign before" in words(send(visit, "performer", "sign", grant, **data))
    drafted = grant_draft(subject=world.subject, scope=scope(world), text="I allow it.", by=world.legal_reviewer)
    grant = grant_notice(grant=drafted, by=world.legal_reviewer, at=timezone.now() - timedelta(hours=49))
    data = {"text_sha256": grant.text_sha256, "shown_sha256": grant.shown_sha256, "read": "on"}
    assert "Signed." in words(send(visit, "performer", "sign", grant, **data))


def test_an_offer_is_declined_with_a_reason(world, visit):
    grant = offered(world)
    assert "Say why" in words(send(visit, "performer", "decline", grant))
    assert "Declined." in words(send(visit, "performer", "decline", grant, **{"decline-reason": "Not this film."}))
    assert ConsentGrant.objects.get(pk=grant.pk).state == "declined"
    assert "Not this film." in words(page(visit, "legal_reviewer", "grant", grant))


def test_suspended_it_goes_on_when_the_person_says_so(world, visit):
    assert "Suspended" in words(send(visit, "performer", "stop", world.standing, act="suspend", reason="A pause."))
    assert "Let it go on" in words(page(visit, "performer", "grant", world.standing))
    assert visit("head_of_legal").post(reverse("likeness:resume", args=[world.standing.pk])).status_code == 403
    assert "in force again" in words(send(visit, "performer", "resume", world.standing))


def amended(visit, world, grant, step, **changes):
    client, url = visit("performer"), reverse("likeness:amend", args=[grant.pk])
    form = client.get(url).context["form"]
    fields = {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}
    return client.post(url, {**fields, **changes, "step": step}, follow=True)


def test_the_person_limits_what_they_gave_reads_it_and_signs_it(world, visit):
    first = world.standing
    changes = {"uses": ["film"], "territories": "us", "exclusions": ["nudity", "political"], "real_time": ""}
    preview = amended(visit, world, first, "preview", **changes)
    seen = words(preview)
    assert "What changes" in seen
    assert "<ins>US.</ins>" in seen
    assert ConsentGrant.objects.filter(grant=first.grant).count() == 1
    proposal = preview.context["proposal"]
    digests = {"text_sha256": proposal.text_sha256, "shown_sha256": proposal.shown_sha256}
    unread = amended(visit, world, first, "do", **changes, **digests)
    assert unread.status_code == 400
    assert "Tick the box once you have read the text" in words(unread)
    other = amended(visit, world, first, "do", **{**changes, "territories": "DE"}, **digests, read="on")
    assert "not the text that was on your screen" in words(other)
    assert ConsentGrant.objects.filter(grant=first.grant).count() == 1
    signed = amended(visit, world, first, "do", **changes, **digests, read="on")
    assert "These limits hold now" in words(signed)
    newer = ConsentGrant.objects.get(grant=first.grant, version=2)
    assert (newer.state, newer.scope["territories"], newer.scope["uses"]) == ("active", ["US"], ["film"])
    assert newer.text.startswith(first.text)
    assert "Where: US." in newer.text
    assert newer.signature.shown_sha256 == newer.shown_sha256 == proposal.shown_sha256
    first.refresh_from_db()
    assert first.state == "amended"
    assert "<ins>US.</ins>" in words(signed)  # the history shows what changed
    again = amended(visit, world, newer, "preview", territories="DE").context["proposal"]
    assert "Where: US." not in again.text  # one list of limits, not one on top of the other
    assert visit("performer").get(reverse("likeness:amend", args=[first.pk])).status_code == 409


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"territories": "Narnia"}, "NARNIA is not a territory that we know"),
        ({"territories": ""}, "This field is required"),
        ({"ends": "2020-01-01"}, "choose a later one"),
        ({"per_render": "5"}, "in which currency"),
        ({"residual_percent": "2"}, "both the percentage"),
        ({"uses": []}, "This field is required"),
        ({"languages": "klingon!"}, "is not a language that we know"),
        ({"description": "all"}, "at least 10 characters"),
    ],
)
def test_limits_that_can_not_stand_keep_what_was_typed(world, visit, changes, said):
    response = amended(visit, world, world.standing, "preview", **{"governing_law": "Bavaria <b>", **changes})
    assert response.status_code == 400
    assert said in words(response)
    assert "Bavaria &lt;b&gt;" in words(response)
    assert 'aria-invalid="true"' in words(response)
    assert ConsentGrant.objects.filter(grant=world.standing.grant).count() == 1


def test_nothing_changed_is_nothing_to_sign(world, visit):
    grant = offered(world)
    send(visit, "performer", "sign", grant, **digests(grant), read="on")
    seen = words(amended(visit, world, grant, "preview"))
    assert "Nothing is changed yet" in seen
    assert "Sign this text" not in seen


def test_an_order_that_only_the_form_changed_is_no_change(world, visit):
    scope_ = scope(world, media=["streaming", "cinema"], uses=["trailer", "film"], territories=["US", "DE"])
    grant = grant_offer(subject=world.subject, scope=scope_, text="I allow it.", by=world.legal_reviewer)
    send(visit, "performer", "sign", grant, **digests(grant), read="on")
    preview = amended(visit, world, grant, "preview", exclusions=["nudity", "religion"])
    assert [change.topic for change in preview.context["proposal"].changes] == ["Never"]


def offer(visit, world, role, step="do", **changes):
    values = {
        "modalities": ["face"], "description": "The keeper, a speaking role in two scenes",
        "projects": [str(world.production.pk)], "replica_kind": "employment", "acts": ["render"], "uses": ["film"],
        "media": ["*"], "territories": "*", "languages": "en", "approval": "scene", "models": "*", "post_mortem": "estate",
        "text": "I allow it.\r\nAnd nothing else.", "step": step,
        "strike_suspends": "on", **changes,
    }  # fmt: skip
    return visit(role).post(reverse("likeness:offer", args=[world.subject.pk]), values, follow=True)


def test_an_organisation_offers_after_reading_what_they_will_read(world, visit):
    before = ConsentGrant.objects.count()
    assert "Offered now" in words(offer(visit, world, "legal_reviewer", "preview")) or "at once" in words(
        offer(visit, world, "legal_reviewer", "preview")
    )
    assert ConsentGrant.objects.count() == before
    made = words(offer(visit, world, "producer"))
    assert "Offered. The person sees it" in made
    grant = ConsentGrant.objects.latest("created_at")
    assert (grant.state, grant.offered_by, grant.text) == ("noticed", world.producer, "I allow it.\nAnd nothing else.")
    assert grant.scope["approval"] == "scene"
    foreign = offer(visit, world, "other_producer")
    assert foreign.status_code == 400
    assert "Select a valid choice" in words(foreign)


def test_an_offer_that_ends_before_it_starts_is_refused_beside_the_field(world, visit):
    day = timezone.localdate()
    response = offer(
        visit,
        world,
        "legal_reviewer",
        starts=(day + timedelta(days=9)).isoformat(),
        ends=(day + timedelta(days=5)).isoformat(),
    )
    assert response.status_code == 400
    assert "would end before it begins" in words(response)
    assert "The keeper, a speaking role" in words(response)


def test_an_offer_may_be_a_newer_version(world, visit):
    response = offer(visit, world, "legal_reviewer", amends=str(world.standing.pk))
    assert "Offered." in words(response)
    assert ConsentGrant.objects.get(grant=world.standing.grant, version=2).state == "noticed"


def test_a_producer_asks_and_the_person_answers_and_takes_back(world, visit):
    url = reverse("likeness:ask", args=[world.standing.pk])
    values = {"production": str(world.production.pk), "scene": "", "description": "At the window, older by ten years."}
    assert "at least 10 characters" in words(visit("producer").post(url, {**values, "description": "all"}))
    assert "Asked." in words(visit("producer").post(url, values, follow=True))
    question = UseApproval.objects.latest("created_at")
    assert "At the window" in words(page(visit, "performer", "approval", question))
    assert "Say why" in words(send(visit, "performer", "approval", question, answer="decline"))
    assert visit("head_of_legal").post(
        reverse("likeness:approval", args=[question.pk]), {"answer": "approve"}
    ).status_code == 403  # fmt: skip
    assert "You said yes" in words(send(visit, "performer", "approval", question, answer="approve"))
    assert "answered already" in words(send(visit, "performer", "approval", question, answer="decline", reason="No."))
    assert "Taken back" in words(send(visit, "performer", "approval", question, answer="take_back", reason="No more."))
    assert UseApproval.objects.get(pk=question.pk).state == "withdrawn"


def test_a_claim_in_three_steps_keeps_what_was_typed(world, visit):
    client, url = visit("performer"), reverse("likeness:claim_new", args=[world.subject.pk])
    assert "Step 1 of 3" in words(client.get(url))
    assert client.post(url, {"step": "1", "kind": "beyond", "text": "short"}).status_code == 400
    first = {"kind": "beyond", "text": "They made me smile <b> in a scene that I never read."}
    second = words(client.post(url, {"step": "1", **first}))
    assert "Step 2 of 3" in second
    assert "smile &lt;b&gt; in a scene" in second
    about = f"use:{world.use.pk}"
    assert about in second
    third = words(client.post(url, {"step": "2", **first, "about": about}))
    assert "Step 3 of 3" in third
    assert "Stop new uses" in third
    back = words(client.post(url, {"step": "3", **first, "about": about, "wanted": "Out.", "back": "1"}))
    assert "Step 2 of 3" in back
    assert 'value="Out."' in back
    done = client.post(url, {"step": "3", **first, "about": about, "wanted": "Out.", "stop": "on"}, follow=True)
    assert "Raised. The legal side answers by" in words(done)
    claim = Claim.objects.latest("created_at")
    assert (claim.use, claim.wanted, claim.grant.state) == (world.use, "Out.", "disputed")
    assert client.post(url, {"step": "2", **first, "about": "use:nothing"}).status_code == 400


def test_the_legal_side_answers_by_the_day_and_not_their_own(world, visit, make):
    seen = words(visit("legal_reviewer").get(reverse("likeness:claims")))
    assert "due in" in seen
    assert "Nothing was paid for it." in seen
    answer = {"outcome": "reject", "answer": "It was paid on 3 March, see the ledger."}
    assert "Answered." in words(send(visit, "legal_reviewer", "claim_answer", world.claim, **answer))
    assert "It was paid on 3 March" in words(page(visit, "performer", "claim", world.claim))
    assert "It was paid" not in words(visit("outsider").get(reverse("likeness:claims")))
    assert "Nothing was paid" in words(visit("performer").get(reverse("likeness:claims") + "?state=closed"))


def test_claims_come_in_pages_by_their_day(world, visit):
    for number in range(30):
        Claim.objects.create(
            subject=world.subject, kind="other", text=f"Claim {number}.", raised_by=world.performer,
            due_at=timezone.now() + timedelta(days=number),
        )  # fmt: skip
    client = visit("legal_reviewer")
    first = client.get(reverse("likeness:claims"))
    rows = first.context["page"].rows
    assert [row.due_at for row in rows] == sorted(row.due_at for row in rows)
    second = client.get(reverse("likeness:claims"), {"after": first.context["page"].next_cursor})
    assert not {row.pk for row in rows} & {row.pk for row in second.context["page"].rows}


def agree(visit, modality="face", role="performer", world=None):
    shown = page(visit, role, "measured", world.subject).context["kinds"]
    [kind] = [kind for kind in shown if kind["modality"] == modality]
    return send(visit, role, "release", world.subject, modality=modality, text_sha256=kind["text_sha256"], agreed="on")


def picture(image, name="me.png"):
    out = io.BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def measure(visit, world, *files, modality="face", reason="Finding uses that I did not allow"):
    url = reverse("likeness:measure", args=[world.subject.pk])
    data = {"modality": modality, "files": list(files), "reason": reason}
    return visit("performer").post(url, data, follow=True)


@pytest.fixture
def unmeasured(world):
    """The world before any release of hers."""
    BiometricConsent.objects.all().delete()
    return world


def test_the_person_agrees_hands_in_and_deletes(unmeasured, visit, make, django_capture_on_commit_callbacks):
    world = unmeasured
    refused = send(visit, "performer", "release", world.subject, modality="face", text_sha256="0" * 64, agreed="on")
    assert "not the text of today" in words(refused)
    assert "You agreed." in words(agree(visit, world=world))
    consent = BiometricConsent.objects.get()
    assert (consent.given_by, consent.modality) == (world.performer, "face")
    assert "Measured and sealed" in words(measure(visit, world, SimpleUploadedFile("me.png", ASTRONAUT.read_bytes())))
    assert BiometricTemplate.objects.count() == 1
    assert [event.act for event in CustodyEvent.objects.all()] == ["received", "measured"]
    shown = words(page(visit, "performer", "measured", world.subject))
    assert "1 measurement of your face and voice is destroyed" in shown
    assert "Tick the box to confirm" in words(send(visit, "performer", "withdraw", world.subject))
    with django_capture_on_commit_callbacks(execute=True):
        done = send(visit, "performer", "withdraw", world.subject, modality="face", sure="on")
    assert "destroyed with their key" in words(done)
    assert not BiometricTemplate.objects.exists()


def test_bad_pictures_are_named_and_the_good_one_is_kept(unmeasured, visit):
    world = unmeasured
    agree(visit, world=world)
    face = Image.open(ASTRONAUT).convert("RGB")
    two = Image.new("RGB", (face.width * 2, face.height))
    two.paste(face, (0, 0))
    two.paste(face, (face.width, 0))
    files = [
        SimpleUploadedFile("cup.png", COFFEE.read_bytes()),
        picture(two, "both.png"),
        picture(face.filter(ImageFilter.GaussianBlur(12)), "blurred.png"),
        picture(face.resize((48, 48)), "tiny.png"),
        SimpleUploadedFile("notes.txt.png", b"not a picture at all"),
        picture(face, "good.png"),
    ]
    response = measure(visit, world, *files, reason="For my own protection")
    said = words(response)
    assert response.status_code == 400
    results = {name: (good, why) for kind in response.context["kinds"] for name, good, why in kind["results"]}
    assert [name for name, (good, _) in results.items() if good] == ["good.png"]
    for name, (good, why) in results.items():
        assert name in why or good, why
        assert "/tmp" not in why
        assert "handed-in" not in why
    assert len({why for _, why in results.values()}) >= 5  # each has its own reason
    assert "For my own protection" in said
    assert BiometricTemplate.objects.count() == 1


def test_somebody_who_is_registered_already_is_not_registered_twice(unmeasured, visit, make):
    from django_site.apps.likeness.services import biometric_consent_record, subject_enrol

    world = unmeasured
    other = make.subject(world.organisation, legal_name="Eileen the Elder")
    biometric_consent_record(subject=other, text="Measure.", by=world.legal_reviewer)
    subject_enrol(subject=other, portraits=[ASTRONAUT], business_reason="x", source="scan", by=world.legal_reviewer)
    agree(visit, world=world)
    said = words(measure(visit, world, SimpleUploadedFile("me.png", ASTRONAUT.read_bytes())))
    assert "somebody, who is registered already" in said
    assert "Eileen the Elder" not in said  # nobody learns who is registered by handing in pictures
    assert not world.subject.templates.exists()


def test_silence_and_a_picture_are_no_voice(unmeasured, visit, tmp_path):
    import wave

    world = unmeasured
    agree(visit, "voice", world=world)
    with wave.open(str(tmp_path / "silence.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(bytes(2 * 16000 * 6))
    silence = SimpleUploadedFile("silence.wav", (tmp_path / "silence.wav").read_bytes())
    cup = SimpleUploadedFile("cup.png", COFFEE.read_bytes())
    response = measure(visit, world, silence, cup, modality="voice")
    assert response.status_code == 400
    said = words(response)
    assert "silence.wav" in said
    assert "cup.png" in said
    assert not BiometricTemplate.objects.exists()


def test_too_much_at_once_is_refused_before_it_is_read(unmeasured, visit, monkeypatch):
    from django_site.apps.likeness.views import biometrics

    world = unmeasured
    agree(visit, world=world)
    monkeypatch.setattr(biometrics, "MAX_BYTES", 100_000)
    response = measure(visit, world, SimpleUploadedFile("long.mp4", bytes(300_000)))
    assert response.status_code == 413
    assert "larger than" in words(response)


def test_nothing_is_measured_without_a_release(unmeasured, visit):
    said = words(measure(visit, unmeasured, SimpleUploadedFile("me.png", ASTRONAUT.read_bytes())))
    assert "me.png" in said or "release" in said
    assert not BiometricTemplate.objects.exists()


def test_an_agent_speaks_once_the_proof_is_read_and_no_longer_than_that(world, visit, client):
    client.force_login(world.agent, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("likeness:subject", args=[world.subject.pk])
    assert client.get(url).status_code == 404
    assert "You speak for nobody" in words(client.get(reverse("likeness:clients")))
    proof = page(visit, "legal_reviewer", "proof", world.representative)
    assert proof["Content-Disposition"].startswith("attachment;")
    assert proof["X-Content-Type-Options"] == "nosniff"
    assert proof["Content-Type"] == "application/octet-stream"
    assert b"".join(proof.streaming_content).startswith(b"%PDF")
    assert "From now on they may" in words(send(visit, "legal_reviewer", "proof_check", world.representative))
    listed = words(client.get(reverse("likeness:clients")))
    assert world.subject.display_name in listed
    assert "1 offer to read" in listed
    seen = words(client.get(url))
    assert f"You are acting for <strong>{world.subject.display_name}</strong> as their agent" in seen
    assert "you can&#x27;t sign" in seen or "you can't sign" in seen
    sign = {"text_sha256": world.grant.text_sha256, "read": "on"}
    assert client.post(reverse("likeness:sign", args=[world.grant.pk]), sign).status_code == 403
    stop = {"act": "suspend", "reason": "For my client."}
    client.post(reverse("likeness:stop", args=[world.standing.pk]), stop)
    assert ConsentGrant.objects.get(pk=world.standing.pk).state == "suspended"
    assert "Ended." in words(send(visit, "performer", "power_end", world.representative, reason="We parted."))
    assert client.get(url).status_code == 404


def test_a_representative_without_proof_is_not_put_forward(world, visit, make):
    somebody = make.user("somebody")
    values = {"who": "somebody", "kind": "agent", "proof_kind": "letter", "may_stop": "on"}
    response = send(visit, "performer", "representatives", world.subject, **values)
    assert response.status_code == 400
    assert "This field is required" in words(response)
    text = SimpleUploadedFile("proof.pdf", b"I am their agent, honestly.")
    assert "not a PDF, PNG or JPEG" in words(
        send(visit, "performer", "representatives", world.subject, **values, proof=text)
    )
    guardian = {**values, "kind": "guardian", "proof": SimpleUploadedFile("proof.pdf", b"%PDF-1.7 order")}
    assert "not a minor" in words(send(visit, "performer", "representatives", world.subject, **guardian))
    nobody = {**values, "who": "nobody-here", "proof": SimpleUploadedFile("proof.pdf", b"%PDF-1.7 order")}
    assert "Nobody here has this name" in words(send(visit, "performer", "representatives", world.subject, **nobody))
    assert not Representative.objects.filter(user=somebody).exists()
    good = {**values, "proof": SimpleUploadedFile("proof.pdf", b"%PDF-1.7 order")}
    assert "Put forward." in words(send(visit, "performer", "representatives", world.subject, **good))
    assert Representative.objects.get(user=somebody).proof_checked_at is None


def test_agents_see_each_client_and_what_waits(world, make, client, django_assert_max_num_queries):
    client.force_login(world.agent, backend="django.contrib.auth.backends.ModelBackend")
    for number in range(4):
        other = make.subject(world.organisation, legal_name=f"Client {number}", user=make.user())
        from django_site.apps.likeness.services import representative_add

        power = representative_add(
            subject=other, user=world.agent, kind="agent", by=other.user, proof=b"%PDF-1.7 x", proof_kind="letter"
        )
        representative_check(representative=power, by=world.legal_reviewer)
    with django_assert_max_num_queries(12):
        seen = words(client.get(reverse("likeness:clients")))
    assert seen.count("Client ") >= 4
    assert client.get(reverse("likeness:me")).status_code == 302


def test_everything_is_taken_along_and_noted(world, visit):
    response = page(visit, "performer", "export_json", world.subject)
    assert response["Content-Disposition"].startswith("attachment")
    document = json.loads(response.content)
    assert document["subject"]["id"] == str(world.subject.pk)
    pdf = page(visit, "performer", "export_pdf", world.subject)
    assert pdf.content.startswith(b"%PDF-")
    assert [event.act for event in CustodyEvent.objects.all()] == ["exported", "exported"]
    receipt = json.loads(page(visit, "performer", "consent_receipt", world.consent).content)
    assert receipt["record_id"] == str(world.consent.pk)
    assert json.loads(page(visit, "performer", "grant_receipt", world.standing).content)["version"] == 1


def test_how_the_signer_was_known(rf, world):
    from allauth.account.internal.flows.login import record_authentication
    from django.contrib.sessions.backends.db import SessionStore

    from django_site.apps.likeness.signing import signing_of

    request = rf.get("/", headers={"User-Agent": "Phone"}, REMOTE_ADDR="192.0.2.7")
    request.user = world.performer
    for records, known in (
        ([], "session"),
        ([{"method": "password"}], "password"),
        ([{"method": "password"}, {"method": "mfa", "type": "totp"}], "password+totp"),
        ([{"method": "mfa", "type": "webauthn", "passwordless": True}], "passkey"),
    ):
        request.session = SessionStore()
        for record in records:
            record_authentication(request, world.performer, **record)
        signing = signing_of(request)
        assert (signing.address, signing.user_agent, signing.authenticated_by) == ("192.0.2.7", "Phone", known)


def test_the_sign_in_page_offers_passkeys(visit):
    seen = words(visit("anonymous").get(reverse("account_login")))
    assert "Sign in with a passkey" in seen
    options = visit("anonymous").get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert "request_options" in options.json()


def test_what_allows_more_waits_where_a_union_asks_for_time(visit, world):
    """A member may propose more than they gave, but nobody can press them to sign it on the spot."""
    type(world.subject).objects.filter(pk=world.subject.pk).update(union="SAG-AFTRA")
    first = world.standing
    changes = {"alterations": ["age"]}
    preview = amended(visit, world, first, "preview", **changes)
    proposal = preview.context["proposal"]
    digests = {"text_sha256": proposal.text_sha256, "shown_sha256": proposal.shown_sha256}
    answer = amended(visit, world, first, "do", **changes, **digests, read="on")
    newer = ConsentGrant.objects.get(grant=first.grant, version=first.version + 1)
    assert newer.state == "noticed"
    assert "It allows more than before" in words(answer)
    assert newer.may_sign_from > timezone.now() + timedelta(hours=47)
    first.refresh_from_db()
    assert first.state == "active"
