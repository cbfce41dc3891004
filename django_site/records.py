"""What every table has: a UUIDv7 key and the time it was written; and the checks that several tables share."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from django_site.ids import uuid7

#: Lower-case hexadecimal SHA-256, as SQLite and PostgreSQL both understand it.
SHA256_REGEX = r"^[0-9a-f]{64}$"


class Record(models.Model):
    """A row with an identifier that sorts by time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Sha256Field(models.CharField):
    """A digest as 64 lower-case hexadecimal characters; pair it with :func:`sha256_check`."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 64)
        super().__init__(*args, **kwargs)


def sha256_check(field: str, *, name: str, blank: bool = False) -> models.CheckConstraint:
    """The database's own refusal of anything that isn't a SHA-256 (or, with ``blank``, an empty string)."""
    condition = Q(**{f"{field}__regex": SHA256_REGEX})
    if blank:
        condition |= Q(**{field: ""})
    return models.CheckConstraint(condition=condition, name=name)


def choice_check(field: str, choices: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """The database's own refusal of a value outside the list."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": list(choices.values)}), name=name)


def exactly_one(*fields: str) -> Q:
    """Exactly one of the nullable foreign keys is set."""
    condition = Q()
    for chosen in fields:
        condition |= Q(**{f"{field}__isnull": field != chosen for field in fields})
    return condition


def exactly_one_check(*fields: str, name: str) -> models.CheckConstraint:
    """The database's own refusal of a row on which none or several of the foreign keys are set."""
    return models.CheckConstraint(condition=exactly_one(*fields), name=name)
