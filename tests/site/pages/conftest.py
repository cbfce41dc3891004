"""A small world for the pages: two studios, one film released, one waiting, something found in a file from outside."""

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from auditor.provenance import Action, AuditStatement, ManifestDraft, ModelDisclosure, ReviewStatement, sign
from django_site import wiring
from tests.clips import COFFEE, still, travel, write_clip

#: One grey pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6368000000820081dd436af40000000049454e44ae426082"
)
#: Everybody who asks for an address in the matrix, in the order of its columns.
ROLES = ("anonymous", "producer", "other_producer", "legal_reviewer", "head_of_legal", "performer", "outsider")
DIGEST = hashlib.sha256(b"something").hexdigest()
WHEN = "2026-11-22T10:00:00Z"


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    """A second of a moving picture."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", travel(still(COFFEE), 12, zoom=(1.0, 1.3)), fps=12)


@pytest.fixture(scope="session")
def signed_clip(clip, tmp_path_factory) -> Path:
    """The clip as the site signs it, with everything that the verdict card speaks of."""
    draft = ManifestDraft(
        title="Tidewater",
        media_type="video/mp4",
        digital_source_type="algorithmicMedia",
        actions=(Action("c2pa.created", WHEN),),
        model=ModelDisclosure("previz", "1.0", DIGEST, "Apache-2.0"),
        audit=AuditStatement("allow", DIGEST, DIGEST, DIGEST, WHEN),
        review=ReviewStatement("person-0123456789ab", "approved", WHEN),
    )
    out = tmp_path_factory.mktemp("signed") / "signed.mp4"
    sign(clip, out, draft=draft, signer=wiring.signer(), trust=wiring.trust_list())
    return out


def media_asset(make, path: Path):
    from auditor.media import probe

    return make.asset(path.read_bytes(), "video/mp4", probe=probe(path).as_dict())


def release_of(make, studio, cut, asset):
    """The cut approved, signed as ``asset`` and released, as rows and files."""
    from django_site.apps.audits.services.assets import asset_copy_to_released, asset_mark_released
    from django_site.apps.provenance.models import Manifest, Release, SigningIntent
    from django_site.apps.provenance.services.ledger import ledger_append, ledger_head_sign

    decision = make.decision(studio.production, cut=cut, audit=make.audit(studio.production, cut.asset, cut=cut))
    case = make.case(studio.production, opened_by=studio.producer, cut=cut, decision=decision)
    case.actions.create(actor=studio.legal_reviewer, role="legal_reviewer", kind="approve", reason="fine")
    type(case).objects.filter(pk=case.pk).update(state="approved", closed_at=timezone.now())
    intent = SigningIntent.objects.create(
        cut=cut, asset=cut.asset, case=case, decision=decision, requested_by=studio.producer
    )
    manifest = Manifest.objects.create(
        intent=intent,
        asset=asset,
        label="urn:c2pa:test",
        state="Trusted",
        verification={"state": "Trusted"},
        reread_at=timezone.now(),
    )
    release = Release.objects.create(cut=cut, manifest=manifest, decision=decision, released_by=studio.producer)
    asset_copy_to_released(asset=asset)
    asset_mark_released(asset=asset)
    type(cut).objects.filter(pk=cut.pk).update(state="released")
    ledger_append(kind="released", event={"cut": cut.pk, "release": release.pk, "sha256": asset.sha256})
    ledger_head_sign()
    return release


def dismissal_of(make, finding, by, **fields):
    from django_site.apps.audits.models import Dismissal

    embedder = wiring.embedder().identity.as_dict()
    values = {"reason": "our own stock footage", "embedder": embedder, "frames": [[1.0] + [0.0] * 511]}
    return Dismissal.objects.create(finding=finding, by=by, **{**values, **fields})


def finding_in(make, audit, **fields):
    from django_site.apps.audits.models import EvidenceFrame, Finding

    values = {
        "kind": "copy", "start": "1.000", "end": "2.000", "score": 0.97, "log10_lr": 4.6, "mirrored": True,
        "reference_start": "3.000", "reference_end": "4.000", "region": [0.1, 0.2, 0.5, 0.5],
        "curve": [[1.0, 0.9], [1.5, 0.97], [2.0, 0.95]], "plain": "seconds 1.0 to 2.0 show “Harbour”, mirrored",
    }  # fmt: skip
    finding = Finding.objects.create(audit=audit, position=audit.findings.count(), **{**values, **fields})
    picture = make.asset(media_type="image/jpeg")
    EvidenceFrame.objects.create(
        finding=finding, position=0, query_seconds="1.2", query=picture, reference_seconds="3.2", reference=picture
    )
    return finding


def stream_of(make, studio, release):
    """A package for streaming that was made, as rows and a file."""
    from django_site.apps.audits.services.assets import asset_copy_to_released, asset_mark_released
    from django_site.apps.provenance.models import Manifest, Output, SigningIntent

    output = Output.objects.create(
        release=release, kind="stream", parameters_sha256=make.digest("stream"), made_by=studio.producer
    )
    approved = release.manifest.intent
    asset = make.asset(media_type="video/mp4")
    intent = SigningIntent.objects.create(
        kind="output", output=output, cut=release.cut, asset=asset, case=approved.case, decision=approved.decision,
        requested_by=studio.producer, state="signed",
    )  # fmt: skip
    manifest = Manifest.objects.create(
        intent=intent, asset=asset, label="urn:c2pa:stream", state="Trusted", verification={"state": "Trusted"},
        reread_at=timezone.now(),
    )  # fmt: skip
    companions = {"film.m3u8": "#EXTM3U\n", "film.mpd": "<MPD/>"}
    Output.objects.filter(pk=output.pk).update(asset=asset, manifest=manifest, companions=companions)
    asset_copy_to_released(asset=asset)
    asset_mark_released(asset=asset)
    return output


def binder_of(make, studio, cut):
    """A binder that was made, as rows and a small archive."""
    from django_site.apps.provenance.binder.index import File, index_bytes, packed
    from django_site.apps.provenance.models import Binder
    from django_site.apps.provenance.services.ledger import ledger_append

    files = [File("01-decisions.pdf", "application/pdf", "Decisions", b"%PDF-1.7"),
             File("01-decisions.json", "application/json", "Decisions", b"{}")]  # fmt: skip
    index = index_bytes(about={}, made_from={}, files=files, ledger={})
    content = packed(index=index, signature=b"-", signer=b"-", proofs=b"{}", files=files)
    return Binder.objects.create(
        cut=cut, addressee="insurer", moment=timezone.now(), made_by=studio.producer, index_sha256=make.digest("index"),
        asset=make.asset(content, "application/zip"), credentials=make.asset(b"PK", "application/zip"),
        gaps=3, required_gaps=1, made_at=timezone.now(),
        entry=ledger_append(kind="binder", event={"cut": cut.pk, "index_sha256": make.digest("index")}),
    )  # fmt: skip


def registered_person(make, studio, subject, take, audit) -> dict:
    """What a performer's pages are about: a grant in force with a use, a question, a claim, a release, an agent."""
    from django_site.apps.audits.models import Finding
    from django_site.apps.likeness.claims import claim_raise
    from django_site.apps.likeness.models import UseEvent
    from django_site.apps.likeness.services import (
        approval_request,
        biometric_consent_record,
        representative_add,
    )

    standing = make.grant(subject, studio.production, state="active")
    use = UseEvent.objects.create(
        subject=subject, grant=standing, production=studio.production, take=take, kind="render", seconds="0.500",
        spans=[["face", 0.25, 0.75]],
    )  # fmt: skip
    sighting = Finding.objects.create(
        audit=audit, position=90, kind="face", start="0.250", end="0.750", score=0.9, plain="resembles", subject=subject
    )
    approval = approval_request(
        grant=standing,
        production=studio.production,
        by=studio.producer,
        description="The keeper lights the lamp at dusk.",
    )
    claim = claim_raise(subject=subject, kind="unpaid", text="Nothing was paid for it.", by=studio.performer, use=use)
    consent = biometric_consent_record(subject=subject, text="Measure my face.", by=studio.performer)
    agent = make.user()
    representative = representative_add(
        subject=subject, user=agent, kind="agent", by=studio.performer, proof=b"%PDF-1.7 power", proof_kind="letter"
    )
    return {
        "standing": standing, "use": use, "sighting": sighting, "approval": approval, "claim": claim, "consent": consent,
        "agent": agent, "representative": representative,
    }  # fmt: skip


def asked_of_reviewers(make, studio, asset, case) -> dict:
    """A file that the policies stopped, an override asked for about it by the reviewer, and a change asked for."""
    from datetime import timedelta

    from django_site.apps.audits.services.policies_kept import policy_revision_record
    from django_site.apps.productions.models import ImportedMedia
    from django_site.apps.reviews.models import ChangeRequest, Override

    stopped = ImportedMedia.objects.create(
        production=studio.production, asset=make.asset(probe=asset.probe), name="other.mp4",
        imported_by=studio.producer, state="stopped", reason="It shows Harbour.",
    )  # fmt: skip
    check = {
        "policy": "copyright/unlicensed-copy", "version": wiring.policy_bundle().policy("copyright/unlicensed-copy").version,
        "check": wiring.policy_bundle().policy("copyright/unlicensed-copy").checks[0].id, "title": "Works are licensed",
        "severity": "block", "passed": False, "plain": "It shows Harbour.", "cite": "17 U.S.C. § 106", "item": "matches[0]",
        "remedy": "License it.", "who_can_fix": "the producer", "segment": None, "about": None, "error": False,
        "overridable": True,
    }  # fmt: skip
    facts = {"point": "import", "people": [], "intended": {"topics": []}}
    policy_revision_record()
    stopping = make.decision(
        studio.production, outcome="block", point="import", imported=stopped, checks=[check], facts=facts,
        audit=make.audit(studio.production, stopped.asset, imported=stopped),
        bundle_sha256=wiring.policy_bundle().sha256,
    )  # fmt: skip
    stopped_case = type(case).objects.create(
        production=studio.production, imported=stopped, decision=stopping, opened_by=studio.legal_reviewer,
        due_at=timezone.now(), approvals_needed=2,
    )  # fmt: skip
    override = Override.objects.create(
        case=stopped_case, decision=stopping, asset=stopped.asset, facts_sha256=make.digest("facts"),
        checks=[{key: check[key] for key in ("policy", "version", "check", "item")}],
        bundle_sha256=wiring.policy_bundle().sha256, requested_by=studio.legal_reviewer, reason="A letter.",
        evidence="File 17.", expires_at=timezone.now() + timedelta(days=9),
    )  # fmt: skip
    change = ChangeRequest.objects.create(
        case=case, requested_by=studio.legal_reviewer, remedy="Re-stage the shot.", plain="It looks like Harbour.",
        policy="copyright/same-scene", check_id="adaptation-licensed", who_can_fix="the producer",
    )  # fmt: skip
    return {
        "stopped": stopped,
        "stopping": stopping,
        "stopped_case": stopped_case,
        "override": override,
        "change": change,
    }


def economy_of(studio, release) -> dict:
    """Hours that were entered, and a claim about the film that is out, as rows: its case is over."""
    from django_site.apps.audience.economy.entering import cost_enter
    from django_site.apps.audience.models import FilmClaim

    cost = cost_enter(
        production=studio.production, by=studio.producer, kind="hours", day=timezone.localdate(), what="Sound walk",
        person="Joan", hours=2,
    )  # fmt: skip
    claim = FilmClaim.objects.create(
        release=release, case=release.manifest.intent.case, kind="work", about="Harbour", text="It shows my photograph.",
        name="Ada", email="a@example.org", token_sha256=hashlib.sha256(b"secret").hexdigest(), due_at=timezone.now(),
    )  # fmt: skip
    return {"cost": cost, "film_claim": claim, "film_claim_token": "secret"}


def screening_of(studio, cut) -> dict:
    """A screening that is open, an invitation to it, and somebody who came."""
    from django_site.apps.audience.services.screenings import invitation_make, screening_create, screening_open
    from django_site.apps.audience.services.viewers import viewer_join

    by = studio.producer
    screening = screening_create(
        production=studio.production, by=by, title="First look", purpose="To learn.", cuts=[cut.pk], reactions=["Moved"]
    )
    screening_open(screening=screening, by=by)
    invitation, code = invitation_make(screening=screening, by=by, max_viewers=9)
    viewer, token = viewer_join(invitation=invitation, territory="DE", of_age=True)
    return {
        "screening": screening,
        "invitation": invitation,
        "invitation_code": code,
        "viewer": viewer,
        "viewer_token": token,
    }


@pytest.fixture
def world(make, clip, signed_clip, settings, tmp_path):
    """See the module. Everything that an address can name is an attribute."""
    from django_site.apps.accounts.notices import notice_send
    from django_site.apps.accounts.tokens import token_make
    from django_site.apps.accounts.webhooks import webhook_add
    from django_site.apps.audits.models import PolicyDraft, UnknownFace
    from django_site.apps.corpora.models import LicensedAct, WorkAsset
    from django_site.apps.likeness.models import Strike
    from django_site.apps.productions.models import ImportedMedia, ProductionMember, Reference
    from django_site.apps.productions.services.screenplays import screenplay_write
    from django_site.apps.reviews.models import Hold, SavedFilter

    settings.RELEASED_ROOT, settings.RECOVERY_ROOT = tmp_path / "released", tmp_path / "recovery"
    settings.VAR = tmp_path
    studio = make.studio()
    studio.other_producer = make.member(studio.organisation, "producer")
    studio.other_production = make.production(studio.organisation, studio.other_producer, title="Elsewhere")
    studio.performer = make.member(studio.organisation, "performer")
    studio.outsider = make.member(make.organisation(), "producer")
    ProductionMember.objects.get_or_create(
        production=studio.production, user=studio.producer, defaults={"role": "producer"}
    )
    screenplay = screenplay_write(production=studio.production, by=studio.producer)
    shot = screenplay.scenes.first().shots.first()
    asset = media_asset(make, clip)
    take = make.take(shot, studio.producer, asset=asset, duration="1.000", frames=12)
    audit = make.audit(studio.production, asset, take=take)
    decision = make.decision(studio.production, take=take, point="take", audit=audit)
    draft = PolicyDraft.objects.create(
        organisation=studio.organisation, requested_by=studio.legal_reviewer, file="copyright/same-scene.yaml",
        base_sha256=make.digest("bundle"), draft_sha256=make.digest("draft"), since=timezone.now(), state="done",
    )  # fmt: skip
    cut = make.cut(studio.production, studio.producer, asset=asset, duration="1.000")
    cut.items.create(position=1, take=take, take_in="0.000", take_out="1.000", start="0.000", end="1.000")
    work = make.work(studio.organisation)
    licence = make.licence(work)
    LicensedAct.objects.create(licence=licence, work=work, act="match")
    WorkAsset.objects.create(work=work, asset=asset)
    cut_audit = make.audit(studio.production, asset, cut=cut)
    finding = finding_in(make, cut_audit, work=work)
    alarm = finding_in(make, audit, work=work)
    dismissal = dismissal_of(make, alarm, studio.legal_reviewer)
    case = make.case(
        studio.production,
        opened_by=studio.producer,
        cut=cut,
        decision=make.decision(studio.production, cut=cut, audit=cut_audit),
    )
    asked = asked_of_reviewers(make, studio, asset, case)
    imported = ImportedMedia.objects.create(
        production=studio.production, asset=asset, name="clip.mp4", imported_by=studio.producer
    )
    released_cut = make.cut(studio.production, studio.producer, state="signing", version=2, asset=asset)
    release = release_of(make, studio, released_cut, media_asset(make, signed_clip))
    binder = binder_of(make, studio, released_cut)
    stream = stream_of(make, studio, release)
    subject = make.subject(studio.organisation, user=studio.performer)
    grant = make.grant(subject, studio.production, state="noticed")
    face = UnknownFace.objects.create(
        audit=cut_audit, number=1, spans=[[0.1, 0.9]], seconds="0.800", tracks=1, plain="Seen for 0.8 s.",
        picture=make.asset(media_type="image/jpeg"),
    )  # fmt: skip
    reference = Reference.objects.create(
        production=studio.production, shot=shot, asset=make.asset(media_type="image/jpeg"), name="look.jpg",
        gallery_sha256=make.digest("gallery"), added_by=studio.producer,
    )  # fmt: skip
    registered = registered_person(make, studio, subject, take, audit)
    strike = Strike.objects.create(
        union="Nobody's", reason="Announced.", declared_by=studio.head_of_legal, began_at=timezone.now()
    )
    job = make.job(studio.production, target_id=take.pk)
    training = make.training(studio.production, studio.producer, work, state="running")
    trained = make.trained_model(make.training(studio.production, studio.producer, work, state="done"))
    settings.TRAINING_ROOT = tmp_path / "training"
    bundle = settings.TRAINING_ROOT / str(trained.run_id) / "model"
    bundle.mkdir(parents=True)
    (bundle / "lineage.json").write_text("{}")
    samples = settings.TRAINING_ROOT / str(training.pk) / "samples"
    samples.mkdir(parents=True)
    (samples / "000020.png").write_bytes(PNG)
    corpus = make.corpus(studio.organisation, studio.producer)
    token, _ = token_make(organisation=studio.organisation, name="A tool", by=studio.head_of_legal)
    [notice] = notice_send(users=[studio.producer], kind="other", text="Something happened.", url="/productions/")
    webhook, _ = webhook_add(
        organisation=studio.organisation, url="https://example.org/", events=["case.opened"], by=studio.head_of_legal
    )
    hold = Hold.objects.create(
        production=studio.other_production, matter="Marsh v. Studio", reason="A claim.", placed_by=studio.head_of_legal
    )
    saved_filter = SavedFilter.objects.create(user=studio.legal_reviewer, name="Late", query={"tab": "late"})
    economy = economy_of(studio, release)
    return SimpleNamespace(
        **vars(studio),
        hold=hold,
        webhook=webhook,
        saved_filter=saved_filter,
        screenplay=screenplay,
        shot=shot,
        asset=asset,
        take=take,
        cut=cut,
        work=work,
        licence=licence,
        finding=finding,
        dismissal=dismissal,
        case=case,
        decision=decision,
        draft=draft,
        imported=imported,
        released_cut=released_cut,
        release=release,
        subject=subject,
        grant=grant,
        face=face,
        strike=strike,
        reference=reference,
        job=job,
        training=training,
        trained=trained,
        corpus=corpus,
        notice=notice,
        binder=binder,
        stream=stream,
        contribution=studio.production.contributions.first(),
        token=token,
        **registered,
        **asked,
        **economy,
        **screening_of(studio, released_cut),
        **learned_of(studio, released_cut, shot),
        variant=variant_of(make, studio, release),
    )


def variant_of(make, studio, release):
    """Rules for versions of the film that is out, and one version by them."""
    from django_site.apps.audience.variant_models import Variant, VariantGraph
    from django_site.apps.audience.variant_rules import EMPTY

    graph = VariantGraph.objects.create(
        production=studio.production, parent=release, version=1, document=EMPTY,
        document_sha256=make.digest("rules"), made_by=studio.producer,
    )  # fmt: skip
    answers = [{"preferences": {}, "path": {}}]
    return Variant.objects.create(
        graph=graph, position=0, key=";", answers=answers, timeline_sha256=make.digest("t"), seconds="6.000"
    )


def learned_of(studio, cut, shot) -> dict:
    """What was learned from a screening of the released cut, as rows: a suggestion that is open, and a request."""
    from django_site.apps.audience.insight_charts import frame_moments
    from django_site.apps.audience.insight_models import AudienceRequest, Insight, Suggestion
    from generator.audience import Span
    from generator.audience.insight import FilmShown, Screened, insight
    from tests.e2e.audiences import screened
    from tests.generator.audiences import viewing

    screening = screened(cut, studio.producer, viewers=0)
    film, spans = str(cut.pk), (Span(str(shot.pk), "shot", "s1-01", 0.0, 0.5), Span("other", "shot", "s1-02", 0.5, 1.0))
    people = [viewing(f"v{place}", until=0.2 + place % 2, duration=1.0, film=film) for place in range(24)]
    document = insight(Screened((FilmShown(film, "A", 1.0, spans),), tuple(people)))
    made = Insight.objects.create(
        screening=screening, asked_by=studio.producer, document=document, document_sha256=DIGEST, made_at=timezone.now()
    )
    fields = {
        "insight": made, "cut": cut, "shot": shot, "kind": "trim", "plain": "s1-01: half of them left in it.",
        "advice": "Consider trimming it.", "evidence": ["films", 0, "spans", 0, "measures", 0],
    }  # fmt: skip
    answered = Suggestion.objects.create(
        position=1, state="accepted", answered_by=studio.producer, answered_at=timezone.now(), **fields
    )
    return {
        "read_screening": screening,
        "insight": made,
        "frame_at": frame_moments(float(cut.duration))[0],
        "suggestion": Suggestion.objects.create(position=0, **fields),
        "audience_request": AudienceRequest.objects.create(
            suggestion=answered, production=studio.production, requested_by=studio.producer, remedy="Trim it.", was=[]
        ),
    }


@pytest.fixture
def visit(world):
    """``visit("producer")`` is a browser in which this person is signed in; CSRF is checked as in a real one."""

    def browser(role: str, **options) -> Client:
        client = Client(**options)
        if role != "anonymous":
            client.force_login(getattr(world, role), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser
