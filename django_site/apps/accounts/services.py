"""Making organisations and their people."""

from django.db import transaction

from django_site.apps.accounts.models import Membership, Organisation, Role, User


def organisation_create(*, name: str, retention_schedule_url: str = "") -> Organisation:
    """A new organisation; its retention schedule must be public before it measures anybody's face."""
    return Organisation.objects.create(name=name, retention_schedule_url=retention_schedule_url)


@transaction.atomic
def person_create(
    *, username: str, email: str, password: str | None, name: str, organisation: Organisation, role: Role
) -> User:
    """A person who can sign in, with their role in an organisation. Without a password they must reset it first."""
    first, _, last = name.partition(" ")
    user = User.objects.create_user(username, email=email, password=password, first_name=first, last_name=last)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user
