"""People, the organisations that they work for, and what they may do there."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from django_site.ids import uuid7
from django_site.records import Record, choice_check


def new_pseudonym() -> str:
    """A name for signed records that says nothing about the person; only this table links the two."""
    return f"person-{secrets.token_hex(6)}"


class User(AbstractUser):
    """A person who signs in. ``pseudonym`` is what signed files and the ledger carry instead of a name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"), unique=True)
    pseudonym = models.CharField(max_length=40, unique=True, default=new_pseudonym, editable=False)

    REQUIRED_FIELDS = ["email"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Organisation(Record):
    """A studio, a law firm, an agency."""

    name = models.CharField(max_length=200, unique=True)
    #: Where the public reads how long biometrics are kept (740 ILCS 14/15(a) asks for it before any is collected).
    retention_schedule_url = models.URLField(blank=True)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person is in an organisation or on a production."""

    PRODUCER = "producer", _("Producer")
    LEGAL_REVIEWER = "legal_reviewer", _("Legal reviewer")
    HEAD_OF_LEGAL = "head_of_legal", _("Head of legal")
    PERFORMER = "performer", _("Performer")


#: Roles that look at what is in quarantine and decide.
REVIEWING_ROLES = (Role.LEGAL_REVIEWER, Role.HEAD_OF_LEGAL)


class Membership(Record):
    """A person's role in an organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            choice_check("role", Role, name="membership_role_known"),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="membership_by_role")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"
