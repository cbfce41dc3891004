"""A second performer with a whole registry behind her: a grant in force with uses and money, offers, a question, an agent.

Nothing of hers touches the films that other tests watch: her uses are takes of a film that waits, and no detector saw her.
"""

from datetime import timedelta

#: A name that is long, and another that reads from right to left.
LEGAL_NAME = "Noor Alexandra Fitzgerald-Montenegro al-Hadi von Lichtenstein"
STAGE_NAME = "نور الهادي"


def registered(people: dict, production, *, password: str) -> dict[str, str]:
    """Everything; returns ids by name."""
    from django.utils import timezone

    from django_site.apps.accounts.services import person_create
    from django_site.apps.likeness.models import CompensationEntry, UseEvent
    from django_site.apps.likeness.services import (
        approval_request,
        grant_draft,
        grant_notice,
        grant_sign,
        identity_verify,
        representative_add,
        representative_check,
        subject_register,
    )
    from django_site.apps.productions.models import Take

    def person(username: str, name: str, role: str):
        return person_create(
            username=username, email=f"{username}@example.org", password=password, name=name,
            organisation=people["house"], role=role,
        )  # fmt: skip

    noor = person("noor", LEGAL_NAME, "performer")
    agent = person("agent", "Ada Agent", "performer")
    subject = subject_register(
        organisation=people["house"], legal_name=LEGAL_NAME, stage_name=STAGE_NAME, by=people["head"], user=noor,
        union="SAG-AFTRA",
    )  # fmt: skip
    identity_verify(subject=subject, method="passport seen on a video call", by=people["head"])
    now = timezone.now()

    def offered(limits: dict, *, hours_ago: int, days: int = 700):
        scope = {
            "projects": [str(production.pk)],
            "uses": ["film", "trailer"],
            "media": ["cinema", "streaming", "television"],
            "territories": ["US", "DE", "GB"],
            "modalities": ["face", "voice"],
            "replica_kind": "employment",
            "description": "The keeper's sister, a speaking role in three scenes, made from the two days of scanning in May",
            "acts": ["render"],
            "exclusions": ["nudity", "political", "endorsement"],
            "languages": ["en"],
            "alterations": ["age"],
            "approval": "scene",
            "compensation": {"currency": "USD", "scan": "1500.00", "per_render": "40.00", "per_territory": "250.00"},
            "represented_by": {"kind": "union", "name": "SAG-AFTRA", "agreement": "TV/Theatrical 2026"},
            "separately_signed": True,
            "counsel_or_union": True,
            "governing_law": "California",
            **limits,
        }
        text = (
            f"1. {LEGAL_NAME} (the Performer) allows Harbour Street Studio (the Producer) to create and use a digital "
            f"replica of the Performer in the motion picture “{production.title}” within the limits of this instrument.\n\n"
            "2. The replica is employment-based. It is used in the scenes for which the Performer was engaged, and in no "
            "other project; a new project needs a new consent.\n\n"
            "3. The Performer may suspend or withdraw this instrument at any time on the Performer's page. Pictures that "
            "were released before are dealt with by a person, not by a machine."
        )
        grant = grant_draft(
            subject=subject, scope=scope, text=text, by=people["head"], ends=now + timedelta(days=days), starts=now
        )
        return grant_notice(grant=grant, by=people["head"], at=now - timedelta(hours=hours_ago))

    def signed(grant):
        return grant_sign(
            grant=grant, by=noor, text_sha256_seen=grant.text_sha256, shown_sha256_seen=grant.shown_sha256
        )

    standing = signed(offered({}, hours_ago=49))
    takes = Take.objects.filter(shot__scene__screenplay__production=production, asset__isnull=False).order_by("id")[:2]
    for number, take in enumerate(takes):
        end = min(float(take.duration), 1.5)
        use = UseEvent.objects.create(
            subject=subject, grant=standing, production=production, take=take, kind="render",
            seconds=round(end - 0.5, 3), spans=[["face", 0.5, end]],
        )  # fmt: skip
        CompensationEntry.objects.create(
            subject=subject, grant=standing, use=use, production=production, kind="use", amount="40.00", currency="USD",
            basis="one take at 40.00", key=f"e2e:{number}",
        )  # fmt: skip
    to_sign = offered({"uses": ["trailer"], "description": "One still and four seconds of the trailer"}, hours_ago=49)
    too_early = offered(
        {"uses": ["game"], "description": "A figure in the companion game, background only"}, hours_ago=1
    )
    question = approval_request(
        grant=standing,
        production=production,
        by=people["producer"],
        character="The sister",
        description="You are seen at the window for six seconds while the lamp goes out, older by ten years, no words.",
    )
    power = representative_add(
        subject=subject, user=agent, kind="agent", by=noor, proof=b"%PDF-1.7 power of attorney",
        proof_kind="Power of attorney", may_sign=True,
    )  # fmt: skip
    representative_check(representative=power, by=people["head"])
    return {
        "noor": str(subject.pk),
        "noor_grant": str(standing.pk),
        "noor_to_sign": str(to_sign.pk),
        "noor_too_early": str(too_early.pk),
        "noor_question": str(question.pk),
        "noor_use": str(standing.uses.first().pk),
        "noor_power": str(power.pk),
    }
