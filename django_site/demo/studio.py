"""The studio of the demonstration: an organisation, four people who can sign in, a corpus, a performer. Made once."""

from collections.abc import Callable
from dataclasses import dataclass

from django_site.apps.accounts.models import Organisation, Role, User
from django_site.apps.accounts.services import organisation_create, person_create
from django_site.apps.corpora.models import Work
from django_site.apps.corpora.services import work_register
from django_site.apps.likeness.models import LikenessSource, Subject
from django_site.apps.likeness.services import biometric_consent_record, subject_enrol, subject_register
from django_site.demo.samples import portrait, works

ORGANISATION = "Reelproof demo studio"
#: Known to everybody who reads this: the development settings serve loopback only.
PASSWORD = "reelproof-demo"  # noqa: S105
PEOPLE = {
    "producer": ("Ines Moreau", Role.PRODUCER),
    "reviewer": ("Tomas Lindqvist", Role.LEGAL_REVIEWER),
    "head": ("Amara Okafor", Role.HEAD_OF_LEGAL),
    "performer": ("Eileen Collins", Role.PERFORMER),
}
_RELEASE_TEXT = (
    "I agree that the studio measures my face in the portraits that I gave it, only to recognise and stop unauthorised "
    "uses of my likeness. The measurements are kept encrypted and destroyed when I say so, or after three years at the "
    "latest. This is not a licence to use my likeness in any way."
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Studio:
    organisation: Organisation
    people: dict[str, User]
    subject: Subject
    works: int


def open_studio(say: Say = lambda line: None) -> Studio:
    """The studio as it should stand; whatever of it is missing is made, whatever is there is kept."""
    organisation = Organisation.objects.filter(name=ORGANISATION).first() or organisation_create(
        name=ORGANISATION, retention_schedule_url="https://example.org/retention"
    )
    people = {login: _person(login, organisation) for login in PEOPLE}
    registered = set(Work.objects.filter(organisation=organisation).values_list("title", flat=True))
    for sample in works():
        if sample.title in registered:
            continue
        say(f"registering “{sample.title}” ({sample.spdx_id or 'no reproduction licence'})")
        work_register(
            organisation=organisation,
            title=sample.title,
            kind=sample.kind,
            rights_holder=sample.rights_holder,
            media=[sample.path],
            acts=sample.acts,
            by=people["reviewer"],
            spdx_id=sample.spdx_id,
            terms=sample.terms,
            source=sample.source,
        )
    subject = Subject.objects.filter(organisation=organisation, user=people["performer"]).first()
    if subject is None:
        say("enrolling the performer, who has granted nothing")
        subject = _enrol(organisation, people)
    return Studio(organisation, people, subject, len(works()))


def _person(login: str, organisation: Organisation) -> User:
    name, role = PEOPLE[login]
    return User.objects.filter(username=login).first() or person_create(
        username=login,
        email=f"{login}@example.org",
        password=PASSWORD,
        name=name,
        organisation=organisation,
        role=role,
    )


def _enrol(organisation: Organisation, people: dict[str, User]) -> Subject:
    subject = subject_register(
        organisation=organisation,
        legal_name="Eileen Marie Collins",
        stage_name="Eileen Collins",
        by=people["reviewer"],
        user=people["performer"],
    )
    biometric_consent_record(subject=subject, text=_RELEASE_TEXT, by=people["reviewer"])
    subject_enrol(
        subject=subject,
        portraits=[portrait()],
        business_reason="Protection against unauthorised uses.",
        source=LikenessSource.INDEPENDENT,
        by=people["reviewer"],
    )
    return subject
