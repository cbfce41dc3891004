"""Screenings with viewers, by the rows that the services leave."""

import secrets
import uuid
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace

import pytest
from django.utils import timezone


class Audience:
    """Rows of a screening, each with as little as the database demands."""

    def __init__(self, make) -> None:
        self.make = make

    def screening(self, studio=None, *, letters: str = "A", state: str = "open", **fields) -> SimpleNamespace:
        """A screening of released cuts, one under each letter."""
        from django_site.apps.audience.models import Screening, ScreeningArm

        studio = studio or self.make.studio()
        values = {"title": "First look", "purpose": "To see which scenes hold.", "territories": ["*"], **fields}
        values.setdefault("reactions", ["laugh", "moved"])
        if state == "closed":
            values["closed_at"] = timezone.now()
        screening = Screening.objects.create(
            production=studio.production, created_by=studio.producer, state=state, **values
        )
        arms = []
        for letter in letters:
            version = studio.production.cuts.count() + 1
            cut = self.make.release(studio, version=version).cut
            self.items(cut, studio)
            arms.append(ScreeningArm.objects.create(screening=screening, letter=letter, cut=cut))
        return SimpleNamespace(screening=screening, arms=arms, studio=studio, cut=arms[0].cut if arms else None)

    def items(self, cut, studio, ends=(2, 4, 6)) -> None:
        """Shots of the cut, one after the other, the last of another scene."""
        from django_site.apps.productions.models import CutItem, Scene, Shot

        start = 0
        for position, end in enumerate(ends, start=1):
            shot = Shot.objects.filter(
                scene__screenplay__production=studio.production, spec__id=f"1-{position}"
            ).first()
            if shot is None:
                shot = self.make.shot(studio.production, position)
            if position == len(ends) and shot.scene.position == 1:
                scene, _ = Scene.objects.get_or_create(
                    screenplay=shot.scene.screenplay, position=2, defaults={"heading": "EXT. SHORE"}
                )
                shot.scene = scene
                shot.save()
            take = shot.takes.first() or self.make.take(shot, studio.producer)
            CutItem.objects.create(
                cut=cut, position=position, take=take, take_in=0, take_out=2, start=Decimal(start), end=Decimal(end)
            )
            start = end

    def viewer(self, shown, arm=None, *, consent: bool = True, **fields) -> SimpleNamespace:
        """Somebody who came, with the token of their cookie; with ``consent``, to everything."""
        from django_site.apps.audience.models import Invitation, Viewer, ViewerConsent

        invitation = shown.screening.invitations.first() or Invitation.objects.create(
            screening=shown.screening,
            code_sha256=self.make.digest(uuid.uuid4()),
            hint="TEST",
            max_viewers=10_000,
            created_by=shown.studio.producer,
        )
        token = secrets.token_urlsafe(32)
        number = shown.screening.viewers.count() + 1
        values = {"territory": "DE", "of_age": True, "pseudonym": f"Amber {number}", **fields}
        viewer = Viewer.objects.create(
            screening=shown.screening,
            invitation=invitation,
            arm=arm or shown.arms[0],
            token_sha256=sha256(token.encode()).hexdigest(),
            **values,
        )
        given = None
        if consent:
            now = timezone.now()
            given = ViewerConsent.objects.create(
                viewer=viewer,
                text="I agree.",
                text_sha256=self.make.digest("agree"),
                purposes=["watching", "reactions", "answers"],
                given_at=now,
                expires_at=now + timedelta(days=30),
            )
        return SimpleNamespace(viewer=viewer, consent=given, token=token, cut=viewer.arm.cut)

    def event(self, came, kind: str, at: float, seq: int, *, to: float | None = None, value: str = "", said=None):
        from django_site.apps.audience.models import Event

        return Event.objects.create(
            screening=came.viewer.screening,
            viewer=came.viewer,
            consent=came.consent,
            cut=came.cut,
            key=uuid.uuid4(),
            kind=kind,
            seq=seq,
            at=Decimal(str(at)),
            to=None if to is None else Decimal(str(to)),
            value=value,
            said_at=said or timezone.now(),
        )

    def watched(self, came, until: float = 6.0) -> None:
        """They played the film from its start until a moment, beat by beat; to the end where that is its end."""
        began = timezone.now() - timedelta(minutes=5)
        self.event(came, "play", 0, 1, said=began)
        self.event(came, "beat", until / 2, 2, said=began + timedelta(seconds=until / 2))
        kind = "end" if until >= float(came.cut.duration) else "leave"
        self.event(came, kind, until, 3, said=began + timedelta(seconds=until))


@pytest.fixture
def audience(make) -> Audience:
    return Audience(make)
