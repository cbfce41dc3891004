"""What the site's tests share: rows made through the real models, and databases whose triggers survive a flush."""

import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

DIGITS = "0123456789abcdef"


@pytest.fixture(scope="session", autouse=True)
def _triggers_stand_aside_for_the_flush():
    """Transactional tests end with a flush; on SQLite that is DELETE, which append-only tables refuse, as they should.

    The flush drops the triggers and puts them back, in its own transaction. (PostgreSQL truncates: no row triggers.)
    """
    if connection.vendor != "sqlite":
        yield
        return
    operations = type(connection.ops)
    plain = operations.sql_flush

    def sql_flush(self, style, tables, **options):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = dict(cursor.fetchall())
        drops = [f'DROP TRIGGER "{name}"' for name in triggers]
        return [*drops, *plain(self, style, tables, **options), *triggers.values()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _no_heart_outside_the_transaction(request, monkeypatch):
    """A heartbeat comes from a connection of its own, which does not see the rows of a test that is one transaction: its
    job would seem to be another's after half a second, on a busy machine only. In such tests it does not beat."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or marker.kwargs.get("transaction") or "transactional_db" in request.fixturenames:
        return
    from django_site.apps.jobs.work import JobWork

    monkeypatch.setattr(JobWork, "_beat", lambda work: None)


@pytest.fixture
def one_minute(monkeypatch):
    """Time stands still for whatever is counted by the minute: across the edge of one, a limit is reached twice as late."""
    from django_site.apps.accounts import tokens
    from django_site.apps.audience import doors
    from django_site.apps.provenance import resolution_allowance

    now = timezone.now().replace(second=5)
    for counts in (tokens, doors, resolution_allowance):
        monkeypatch.setattr(counts, "timezone", SimpleNamespace(now=lambda: now))


def sha256(seed: object = None) -> str:
    """A digest that looks like one; the same seed gives the same."""
    import hashlib

    return hashlib.sha256(str(seed if seed is not None else uuid.uuid4()).encode()).hexdigest()


class Make:
    """Rows, made with as little as the database demands; whatever matters to a test is given by name."""

    digest = staticmethod(sha256)

    def user(self, name: str | None = None, **fields):
        from django_site.apps.accounts.models import User

        name = name or f"user-{uuid.uuid4().hex[:8]}"
        return User.objects.create_user(name, email=f"{name}@example.org", password="correct horse battery", **fields)

    def organisation(self, name: str | None = None, **fields):
        from django_site.apps.accounts.models import Organisation

        fields.setdefault("retention_schedule_url", "https://example.org/retention")
        return Organisation.objects.create(name=name or f"Studio {uuid.uuid4().hex[:8]}", **fields)

    def member(self, organisation, role: str, name: str | None = None):
        from django_site.apps.accounts.models import Membership

        user = self.user(name)
        Membership.objects.create(user=user, organisation=organisation, role=role)
        return user

    def asset(self, content: bytes | None = None, media_type: str = "video/mp4", **fields):
        from django_site.apps.audits.services.assets import asset_store

        return asset_store(source=content or uuid.uuid4().bytes, media_type=media_type, **fields)

    def studio(self):
        """An organisation with one person in each role, and a production of theirs."""
        organisation = self.organisation()
        people = {role: self.member(organisation, role) for role in ("producer", "legal_reviewer", "head_of_legal")}
        production = self.production(organisation, people["producer"])
        return SimpleNamespace(organisation=organisation, production=production, **people)

    def production(self, organisation, producer, **fields):
        from django_site.apps.productions.models import Production, ProductionMember

        values = {"title": "Tidewater", "brief": "A keeper finds a letter.", "territories": ["*"], "seed": 7}
        production = Production.objects.create(
            organisation=organisation, created_by=producer, **{**values, "width": 96, "height": 54, **fields}
        )
        ProductionMember.objects.create(production=production, user=producer, role="producer")
        return production

    def generation(self, actor, **fields):
        from django_site.apps.productions.models import GenerationRecord

        values = {
            "model_name": "previz",
            "model_version": "1",
            "model_licence": "Apache-2.0",
            "model_sha256": sha256("renderer"),
            "model_card": {"kind": "renderer", "training_data": "none"},
            "commercial_use": True,
            "seed": 1,
            "prompt": "a shore at dusk",
            "parameters": {"seed": 1},
        }
        return GenerationRecord.objects.create(actor=actor, **{**values, **fields})

    def screenplay(self, production, version: int = 1):
        from django_site.apps.productions.models import Screenplay

        asset = self.asset(b"INT. HOUSE - DAY\n\nRain.\n", "text/plain")
        return Screenplay.objects.create(production=production, version=version, title="Tidewater", asset=asset)

    def shot(self, production, position: int = 1, **fields):
        from django_site.apps.productions.models import Scene, Shot

        screenplay = production.screenplays.first() or self.screenplay(production)
        scene, _ = Scene.objects.get_or_create(screenplay=screenplay, position=1, defaults={"heading": "INT. HOUSE"})
        return Shot.objects.create(scene=scene, position=position, spec={"id": f"1-{position}", "seed": 1}, **fields)

    def take(self, shot, actor, state: str = "cleared", number: int = 1, **fields):
        from django_site.apps.productions.models import TAKE_WITHOUT_ASSET, Take

        values = {"state": state, "number": number, "generation": self.generation(actor)}
        if state not in TAKE_WITHOUT_ASSET:
            values |= {"asset": self.asset(), "duration": "2.000", "frames": 24}
        if state in ("failed", "stopped", "rejected"):
            values["reason"] = "because"
        return Take.objects.create(shot=shot, **{**values, **fields})

    def cut(self, production, actor, state: str = "needs_review", version: int = 1, **fields):
        from django_site.apps.productions.models import Cut

        screenplay = fields.pop("screenplay", None) or production.screenplays.first() or self.screenplay(production)
        values = {"state": state, "version": version, "title": "Tidewater", "edited_by": actor}
        if state not in ("draft", "assembling", "failed"):
            values |= {"asset": self.asset(), "duration": "6.000"}
        if state in ("failed", "stopped", "rejected"):
            values["reason"] = "because"
        return Cut.objects.create(production=production, screenplay=screenplay, **{**values, **fields})

    def job(self, production, target_id=None, **fields):
        from django_site.apps.jobs.models import Job

        values = {"kind": "render_take", "key": f"test:{uuid.uuid4()}", "target_id": target_id or uuid.uuid4()}
        return Job.objects.create(production=production, **{**values, **fields})

    def snapshot(self, **fields):
        from django_site.apps.corpora.models import IndexSnapshot

        values = {"embedder": "sscd-distilled 1", "digest": sha256("index"), "works": 1, "vectors": 4}
        return IndexSnapshot.objects.create(**{**values, **fields})

    def audit(self, production, asset, **fields):
        from django_site.apps.audits.models import Audit

        values = {
            "job": self.job(production, kind="audit_take"),
            "index_snapshot": self.snapshot(),
            "gallery_sha256": sha256("gallery"),
            "state": "complete",
            "detectors": [{"name": "works"}, {"name": "faces"}],
            "report_sha256": sha256("report"),
        }
        return Audit.objects.create(production=production, asset=asset, **{**values, **fields})

    def decision(self, production, outcome: str = "allow", point: str = "cut", **fields):
        from django_site.apps.audits.models import Decision

        values = {
            "facts": {"point": point},
            "facts_sha256": sha256("facts"),
            "bundle_sha256": sha256("bundle"),
            "sha256": sha256("decision"),
            "engine": "test",
            "checks": [
                {
                    "policy": "ethics/human-review",
                    "version": 1,
                    "check": "one",
                    "title": "Somebody looked at it",
                    "severity": "block" if outcome == "allow" else outcome,
                    "passed": outcome == "allow",
                    "plain": "so",
                    "cite": "House rule",
                    "remedy": "mend it",
                    "who_can_fix": "the producer",
                    "segment": None,
                    "item": None,
                    "about": None,
                    "error": False,
                    "overridable": False,
                }
            ],
            "policies": [],
        }
        return Decision.objects.create(production=production, outcome=outcome, point=point, **{**values, **fields})

    def case(self, production, opened_by=None, **fields):
        from django_site.apps.reviews.models import Case

        cut = fields.pop("cut", None) or self.cut(production, opened_by or production.created_by)
        decision = fields.pop("decision", None) or self.decision(production, cut=cut)
        return Case.objects.create(
            production=production, cut=cut, decision=decision, opened_by=opened_by, due_at=timezone.now(), **fields
        )

    def release(self, studio, version: int = 1):
        """A film that is out, by the same rows and files as the real release leaves; the file itself isn't signed."""
        from django_site.apps.audits.services.assets import asset_copy_to_released, asset_mark_released
        from django_site.apps.jobs.models import Job
        from django_site.apps.productions.models import Cut
        from django_site.apps.provenance.models import Manifest, Release, SigningIntent
        from django_site.apps.reviews.services import case_approve, case_open

        cut = self.cut(studio.production, studio.producer, version=version)
        audit = self.audit(studio.production, cut.asset, cut=cut)
        decision = self.decision(studio.production, cut=cut, audit=audit)
        case = case_open(decision=decision, opened_by=studio.producer, cut=cut)
        case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
        Job.objects.filter(kind="sign_cut", target_id=cut.pk).update(
            state="done", result={"by": "hand"}, finished_at=timezone.now()
        )
        intent = SigningIntent.objects.get(cut=cut, kind="cut")
        manifest = Manifest.objects.create(
            intent=intent,
            asset=self.asset(),
            label="urn:c2pa:1",
            state="Trusted",
            verification={"state": "Trusted"},
            reread_at=timezone.now(),
        )
        release = Release.objects.create(
            cut=cut, manifest=manifest, decision=decision, released_by=studio.legal_reviewer
        )
        asset_copy_to_released(asset=manifest.asset)
        asset_mark_released(asset=manifest.asset)
        SigningIntent.objects.filter(pk=intent.pk).update(state="signed")
        Cut.objects.filter(pk=cut.pk).update(state="released")
        cut.refresh_from_db()
        return release

    def subject(self, organisation, **fields):
        from django_site.apps.likeness.models import Subject

        return Subject.objects.create(organisation=organisation, **{"legal_name": "Eileen Marsh", **fields})

    def grant(self, subject, production, state: str = "active", **fields):
        """A grant in a state, brought there by the steps that the database allows."""
        from django_site.apps.likeness.models import ConsentGrant, GrantSignature

        now = timezone.now()
        scope = {
            "projects": [str(production.pk)],
            "uses": ["film"],
            "media": ["*"],
            "territories": ["*"],
            "modalities": ["face"],
            "replica_kind": "independent",
            "description": "Speaking role of the keeper",
            **fields.pop("limits", {}),
        }
        values = {
            "scope": scope,
            "text": "I allow it.",
            "text_sha256": sha256("text"),
            "summary": "What of you: your face.",
            "shown_sha256": sha256("shown"),
            "starts": now,
            "changed_at": now,
            "noticed_at": now,
            "may_sign_from": now,
        }
        signer = subject.user or self.user()
        grant = ConsentGrant.objects.create(subject=subject, state="drafted", **{**values, **fields})
        signed = {"signed_at": grant.may_sign_from or now, "signed_by": signer}
        ways = {
            "drafted": [],
            "noticed": ["noticed"],
            "declined": ["noticed", "declined"],
            "signed": ["noticed", "signed"],
            "active": ["noticed", "signed", "active"],
        }
        for step in ways.get(state, ["noticed", "signed", "active", state]):
            if step == "signed":
                GrantSignature.objects.create(
                    grant=grant,
                    signed_by=signer,
                    role="self",
                    text_sha256=grant.text_sha256,
                    shown_sha256=grant.shown_sha256,
                    authenticated_by="password",
                )
            stopped = {} if step in ("noticed", "signed", "active", "amended", "expired") else {"reason": "because"}
            ConsentGrant.objects.filter(pk=grant.pk).update(
                state=step, **(signed if step == "signed" else {}), **stopped
            )
        grant.refresh_from_db()
        return grant

    def work(self, organisation, title: str = "Harbour"):
        from django_site.apps.corpora.models import RightsHolder, Work

        holder, _ = RightsHolder.objects.get_or_create(organisation=organisation, name="Holder")
        return Work.objects.create(organisation=organisation, rights_holder=holder, title=title, kind="clip")

    def corpus(self, organisation, by, **fields):
        """A corpus that was looked through, with a file of each outcome."""
        from django_site.apps.corpora.models import CorpusFile, CorpusImport

        values = {"name": "works.zip", "rights_holder": "Holder", "state": "ready"}
        if not fields.get("folder"):
            values["archive"] = self.asset(media_type="application/octet-stream")
        corpus = CorpusImport.objects.create(organisation=organisation, requested_by=by, **{**values, **fields})
        for position, outcome in enumerate(("addable", "already", "unlisted", "missing", "refused")):
            CorpusFile.objects.create(
                corpus=corpus, preview=True, position=position, file=f"{outcome}.png", outcome=outcome,
                reason="because" if outcome != "addable" else "", work_key=outcome, title=outcome.title(),
                licence="Licensed for reproduction everywhere (Holder, CC0-1.0).",
            )  # fmt: skip
        return corpus

    def training(self, production, by, *works, state: str = "planned", name: str = "harbour-dusk", **fields):
        """A training on works with a licence each, brought into a state by the steps that the database allows."""
        from django_site.apps.training.models import TrainingRun, TrainingWork

        values = {"kind": "look", "seed": 7, "steps": 40, "organisation": production.organisation}
        run = TrainingRun.objects.create(production=production, asked_by=by, name=name, **{**values, **fields})
        for work in works:
            TrainingWork.objects.create(
                run=run, work=work, licence=work.licences.latest("version"), title=work.title,
                rights_holder=str(work.rights_holder), files=[sha256(work.pk)],
            )  # fmt: skip
        if state != "planned":
            now = timezone.now()
            run.decision = self.decision(production, point="train", actor=by)
            run.set_sha256, run.confirmed_by, run.confirmed_at, run.state = sha256("set"), by, now, state
            run.finished_at = now if state == "done" else None
            run.reason = "because" if state in ("failed", "cancelled", "paused") else ""
            run.save()
        return run

    def trained_model(self, run, version: int = 1, **fields):
        """The model that came of a training, without its files."""
        from django_site.apps.provenance.services.ledger import ledger_append
        from django_site.apps.training.models import TrainedModel

        values = {
            "weights_sha256": sha256(f"weights {run.pk}"),
            "lineage_sha256": sha256("lineage"),
            "card_sha256": sha256("card"),
            "memorisation": {
                "verdict": "clean",
                "reason": "of 60 samples 1 is flagged, as many as chance gives",
                "samples": 60,
                "nearest": [
                    {
                        "sample": 4,
                        "work": 0,
                        "label": "Bikes",
                        "similarity": 0.31,
                        "flagged": False,
                        "kind": "",
                        "log10_lr": None,
                        "explained": True,
                        "plain": "its input is as alike",
                    }
                ],
            },
            "quality": {
                "made": {
                    "kid": {"mean": 0.0421, "deviation": 0.002, "size": 100},
                    "precision": 0.61,
                    "recall": 0.4,
                    "windows": 300,
                },
                "works": {
                    "kid": {"mean": 0.001, "deviation": 0.001, "size": 100},
                    "precision": 0.9,
                    "recall": 0.9,
                    "windows": 300,
                },
            },
            "energy": {"seconds": 3.0, "watt_hours": 0.05, "kind": "estimated"},
            "public_key": "-----BEGIN PUBLIC KEY-----",
            "entry": ledger_append(kind="model_published", event={"run": run.pk}),
        }
        return TrainedModel.objects.create(
            run=run, organisation=run.organisation, name=run.name, version=version, **{**values, **fields}
        )

    def licence(self, work, version: int = 1, **fields):
        from django_site.apps.corpora.models import Licence

        values = {"spdx_id": "CC0-1.0", "territories": ["*"], "starts": timezone.now()}
        return Licence.objects.create(work=work, version=version, **{**values, **fields})


@pytest.fixture
def make() -> Make:
    return Make()
