"""Templates sealed and opened: AES-256-GCM under a data key per subject. The keys lie in the vault, never in this database.

Destroying a subject's key in the vault makes every copy of their templates unreadable, those in backups included.
"""

from functools import partial

import numpy as np
from django.db import transaction
from django.utils import timezone

from auditor.likeness import crypto
from django_site import wiring
from django_site.apps.likeness.models import BiometricTemplate, Subject, SubjectKey
from django_site.apps.likeness.selectors import templates_usable


def subject_key(subject: Subject) -> tuple[SubjectKey, bytes]:
    """The subject's data key, made at first enrolment, and anew after it was destroyed."""
    row, created = SubjectKey.objects.get_or_create(subject=subject, destroyed_at__isnull=True)
    vault = wiring.key_vault()
    return row, vault.create(str(row.pk)) if created else vault.key(str(row.pk))


def subject_key_destroy(subject: Subject) -> None:
    """Destroy the key, once the row that says so is committed: a key can't be brought back by a rollback."""
    for row in SubjectKey.objects.filter(subject=subject, destroyed_at__isnull=True):
        SubjectKey.objects.filter(pk=row.pk).update(destroyed_at=timezone.now())
        transaction.on_commit(partial(wiring.key_vault().destroy, str(row.pk)))


def keys_destroy_owed() -> int:
    """Destroy what the database says is destroyed and the vault still holds (a process died in between)."""
    vault = wiring.key_vault()
    held = set(vault.subjects())
    gone = {str(pk) for pk in SubjectKey.objects.filter(destroyed_at__isnull=False).values_list("pk", flat=True)}
    for key_id in held & gone:
        vault.destroy(key_id)
    return len(held & gone)


def template_seal(vector, *, key: bytes, subject: Subject) -> bytes:
    """A descriptor (float32), sealed for this subject."""
    return crypto.seal(np.asarray(vector, "<f4").tobytes(), key=key, subject_id=str(subject.pk))


def template_open(template: BiometricTemplate):
    """One template as a vector."""
    key = wiring.key_vault().key(str(template.key_id))
    plain = crypto.open_sealed(bytes(template.ciphertext), key=key, subject_id=str(template.subject_id))
    return np.frombuffer(plain, dtype="<f4")


def templates_open(modality: str = "face") -> dict[str, list]:
    """Every usable template of a kind as a vector, by subject id; for the in-memory galleries alone."""
    opened: dict[str, list] = {}
    keys: dict[str, bytes] = {}
    vault = wiring.key_vault()
    usable = templates_usable().filter(modality=modality)
    for template in usable.order_by("subject_id", "created_at").iterator():
        subject_id = str(template.subject_id)
        if subject_id not in keys:
            keys[subject_id] = vault.key(str(template.key_id))
        plain = crypto.open_sealed(bytes(template.ciphertext), key=keys[subject_id], subject_id=subject_id)
        opened.setdefault(subject_id, []).append(np.frombuffer(plain, dtype="<f4"))
    return opened
