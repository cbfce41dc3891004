"""Reading assets, audits, findings and decisions; every query starts from what the person may see."""

from base64 import b64encode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from auditor.embeddings import EmbedderIdentity
from auditor.matching.negatives import Negative, NegativeBank
from auditor.media import Interval
from django_site.apps.accounts.models import REVIEWING_ROLES, User
from django_site.apps.audits.models import Asset, Audit, Decision, Dismissal, EvidenceFrame, Finding, UnknownFace, Zone
from django_site.apps.corpora.models import WorkAsset
from django_site.apps.likeness.models import LikenessAsset
from django_site.apps.productions.models import Cut, ImportedMedia, Reference, Screenplay, Take
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.provenance.models import Manifest, Recall


def audits_visible_to(user: User) -> QuerySet[Audit]:
    return Audit.objects.filter(production__in=productions_visible_to(user))


def findings_visible_to(user: User) -> QuerySet[Finding]:
    return Finding.objects.filter(audit__production__in=productions_visible_to(user))


def decisions_visible_to(user: User) -> QuerySet[Decision]:
    """Decisions of the productions that the person may see, and those about people whom their organisation registered, of
    whose legal side they are."""
    if not user.is_authenticated:
        return Decision.objects.none()
    legal_for = user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
    seen = Q(production__in=productions_visible_to(user)) | Q(subject__organisation__in=legal_for)
    return Decision.objects.filter(seen)


def assets_visible_to(user: User) -> QuerySet[Asset]:
    """Released assets for everybody, unless recalled; all others only through something that the person may see:

    a take, cut, screenplay, signed file, imported file or evidence picture of their productions; a work of which their
    productions have a finding, or that their organisation registered and they review; their own enrolled pictures.
    """
    this = OuterRef("pk")
    released = Q(zone=Zone.RELEASED) & ~Exists(Recall.objects.filter(_of_release(this)))
    if not user.is_authenticated:
        return Asset.objects.filter(released)
    productions = productions_visible_to(user).values("pk")
    findings = Finding.objects.filter(audit__production__in=productions)
    reviews_for = user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
    reasons = [
        Take.objects.filter(asset=this, shot__scene__screenplay__production__in=productions),
        Cut.objects.filter(asset=this, production__in=productions),
        Screenplay.objects.filter(asset=this, production__in=productions),
        Manifest.objects.filter(Q(asset=this) | Q(sidecar=this), intent__cut__production__in=productions),
        ImportedMedia.objects.filter(asset=this, production__in=productions),
        EvidenceFrame.objects.filter(Q(query=this) | Q(reference=this), finding__in=findings),
        findings.filter(matrix=this),
        UnknownFace.objects.filter(picture=this, audit__production__in=productions),
        Reference.objects.filter(asset=this, production__in=productions),
        WorkAsset.objects.filter(asset=this).filter(
            Q(work__in=findings.values("work")) | Q(work__organisation__in=reviews_for)
        ),
        LikenessAsset.objects.filter(asset=this, subject__user=user),
    ]
    seen = Q()
    for reason in reasons:
        seen |= Q(Exists(reason))
    return Asset.objects.filter(released | seen)


def negatives_of(organisation_id: UUID, identity: EmbedderIdentity) -> NegativeBank:
    """Every false alarm that the organisation's reviewers dismissed and that stands: those known by frames as far as this
    embedder knows them, and those known by their sound or words."""
    rows = Dismissal.objects.filter(
        Q(embedder=identity.as_dict()) | Q(embedder={}),
        lifted_at__isnull=True,
        finding__audit__production__organisation=organisation_id,
    )
    return NegativeBank(
        identity,
        (
            Negative(
                id=str(row.pk),
                work_id=str(row.finding.work_id),
                kind=row.finding.kind,
                reason=row.reason,
                by=str(row.by),
                at=row.created_at.isoformat(),
                frames=tuple(tuple(map(float, frame)) for frame in row.frames),
                known_by="" if row.frames else b64encode(bytes(row.finding.known_by)).decode(),
                stretch=_stretch(row.finding),
            )
            for row in rows.select_related("finding", "by").order_by("created_at")
        ),
    )


def reference_of(finding: Finding) -> Interval | None:
    """The stretch of the work that a finding is about."""
    if finding.reference_start is None or finding.reference_end is None:
        return None
    return Interval(float(finding.reference_start), float(finding.reference_end))


def _stretch(finding: Finding) -> tuple[float, float] | None:
    stretch = reference_of(finding)
    return (stretch.start, stretch.end) if stretch else None


def is_public(asset: Asset) -> bool:
    """Whether anybody may have the file: it was released, and not recalled since."""
    return asset.zone == Zone.RELEASED and not Recall.objects.filter(_of_release(asset)).exists()


def _of_release(asset: Asset | OuterRef) -> Q:
    """A recall of the film that the asset is, was made from, or is the record of."""
    return (
        Q(release__manifest__asset=asset)
        | Q(release__manifest__sidecar=asset)
        | Q(release__outputs__manifest__asset=asset)
        | Q(release__outputs__manifest__sidecar=asset)
    )
