"""What a litigation hold keeps: nothing that a held production's rows name is deleted while the hold stands.

The database refuses it by itself (migration ``0006_holds``); here the services ask before, to say it in words and to keep
the sweeps from trying. Biometric templates are never held: a consent that ends destroys them, whatever is in litigation.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from django_site.apps.audits.models import Asset, Audit, EvidenceFrame, UnknownFace
from django_site.apps.productions.models import Cut, ImportedMedia, Production, Reference, Screenplay, Take
from django_site.apps.provenance.models import Manifest
from django_site.apps.reviews.models import Hold
from django_site.errors import WrongStateError


def holds_standing() -> QuerySet[Hold]:
    return Hold.objects.filter(lifted_at__isnull=True)


def productions_held() -> QuerySet[Production]:
    """Productions under a hold, their own or one of their cases': what a case is about is spread over its production."""
    standing = holds_standing()
    return Production.objects.filter(
        Q(pk__in=standing.filter(production__isnull=False).values("production"))
        | Q(pk__in=standing.filter(case__isnull=False).values("case__production"))
    )


def assets_held() -> QuerySet[Asset]:
    """Files that a held production's rows name."""
    this, held = OuterRef("pk"), productions_held().values("pk")
    reasons = [
        Take.objects.filter(asset=this, shot__scene__screenplay__production__in=held),
        Cut.objects.filter(asset=this, production__in=held),
        Screenplay.objects.filter(asset=this, production__in=held),
        ImportedMedia.objects.filter(asset=this, production__in=held),
        Reference.objects.filter(asset=this, production__in=held),
        Audit.objects.filter(asset=this, production__in=held),
        Manifest.objects.filter(asset=this, intent__cut__production__in=held),
        EvidenceFrame.objects.filter(Q(query=this) | Q(reference=this), finding__audit__production__in=held),
        UnknownFace.objects.filter(picture=this, audit__production__in=held),
    ]
    named = Q()
    for rows in reasons:
        named |= Q(Exists(rows))
    return Asset.objects.filter(named)


def refuse_if_held(production: Production) -> None:
    """Raise ``WrongStateError`` while a hold stands on the production or one of its cases."""
    if productions_held().filter(pk=production.pk).exists():
        raise WrongStateError(
            f"{production} is under a litigation hold: nothing of it is deleted until the head of legal lifts it"
        )
