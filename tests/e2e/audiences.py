"""A screening that was watched, as rows: sixty viewers of one film, of whom many leave in its second shot."""

import random
import secrets
import uuid
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

WORDS = [
    "I could hardly see anything here, far too dark",
    "Too dark, is something wrong with my screen?",
    "So dark that I can't tell who is who",
    "The music is lovely",
    "What is this song? Beautiful music",
    "I love the soundtrack",
    "Not sure what she is looking for",
    "greetings from <b>Lisbon</b>, write to me at viewer@example.org",
]


def screened(cut, by, *, viewers: int = 60, title: str = "First audience", seed: int = 4):
    """The screening, open, with what its viewers did."""
    from django.utils import timezone

    from django_site.apps.audience.models import Event, Invitation, Screening, ScreeningArm, Viewer, ViewerConsent

    chance, now = random.Random(seed), timezone.now()
    screening = Screening.objects.create(
        production=cut.production, title=title, purpose="To see which scenes hold.", state="open", territories=["*"],
        reactions=["moved", "laugh"], created_by=by,
        questions=[
            {"id": "liked", "text": "How was it?", "kind": "scale", "choices": [], "at": None},
            {"id": "again", "text": "Would you see it again?", "kind": "choice", "choices": ["Yes", "No"], "at": None},
        ],
        group_questions=[{"id": "age", "text": "Your age", "choices": ["under 40", "over 40"]}],
    )  # fmt: skip
    arm = ScreeningArm.objects.create(screening=screening, letter="A", cut=cut)
    invitation = Invitation.objects.create(
        screening=screening, code_sha256=_digest(secrets.token_hex()), hint="TIDE", max_viewers=500, created_by=by
    )
    items = list(cut.items.filter(start__isnull=False).order_by("position"))
    length = float(cut.duration)
    worst = (items[1:] or items)[0] if items else None
    for number in range(viewers):
        viewer = Viewer.objects.create(
            screening=screening, invitation=invitation, arm=arm, token_sha256=_digest(secrets.token_hex()),
            pseudonym=f"Amber {number + 1}", territory="DE", of_age=True,
            groups={"age": "under 40" if number % 2 else "over 40"},
        )  # fmt: skip
        consent = ViewerConsent.objects.create(
            viewer=viewer, text="I agree.", text_sha256=_digest("I agree."), given_at=now,
            purposes=["watching", "reactions", "answers"], expires_at=now + timedelta(days=60),
        )  # fmt: skip
        leaves = chance.random() < 0.5
        until = chance.uniform(float(worst.start), float(worst.end)) if leaves else length
        if not leaves and chance.random() < 0.1:
            until = chance.uniform(0, length)
        told = [("play", 0.0, None, ""), ("beat", until / 2, None, "")]
        if number < 2 * len(WORDS):
            told.append(("comment", until * 0.8, None, WORDS[number % len(WORDS)]))
        if chance.random() < 0.5:
            told.append(("reaction", chance.uniform(0, until), None, chance.choice(["moved", "laugh", "moved"])))
        told.append(("leave" if until < length else "end", until, None, ""))
        if until == length:
            told += [("answer", length, None, f"liked={chance.randint(2, 5)}"), ("answer", length, None, "again=Yes")]
        began = now - timedelta(minutes=10)
        Event.objects.bulk_create(
            Event(
                screening=screening, viewer=viewer, consent=consent, cut=cut, key=uuid.uuid4(), kind=kind, seq=seq,
                at=_place(at), to=to, value=value, said_at=began + timedelta(seconds=at),
            )
            for seq, (kind, at, to, value) in enumerate(told)
        )  # fmt: skip
    return screening


def _place(at: float) -> Decimal:
    return Decimal(f"{at:.3f}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def learned(cut, people) -> dict:
    """A screening that was read, with a change asked for, and one that nobody came to; ids by name."""
    from django_site.apps.audience.services.insights import insight_request
    from django_site.apps.audience.services.requests import suggestion_accept
    from django_site.apps.jobs.runner import run_pending

    by = people["producer"]
    screening = screened(cut, by)
    asked = insight_request(screening=screening, by=by)
    run_pending()
    asked.refresh_from_db()
    suggestion = asked.suggestions.filter(shot__isnull=False).first()
    suggestion_accept(suggestion=suggestion, by=by, remedy="Lift the light, and leave two seconds sooner.")
    return {
        "insight_screening": str(screening.pk),
        "insight": str(asked.pk),
        "suggestion": str(suggestion.pk),
        "suggestion_shot": str(suggestion.shot_id),
        "insight_nobody": str(screened(cut, by, viewers=0, title="Nobody came").pk),
        "insight_few": str(screened(cut, by, viewers=3, title="Three friends").pk),
    }
