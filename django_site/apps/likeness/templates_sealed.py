"""Templates sealed and opened: AES-256-GCM under a data key per subject, wrapped by the key-encryption key.

Destroying a subject's wrapped key makes every copy of their templates unreadable, backups of the ciphertext included.
"""

import numpy as np

from auditor.likeness import crypto
from django_site import wiring
from django_site.apps.likeness.models import Subject, SubjectKey
from django_site.apps.likeness.selectors import templates_usable


def subject_key(subject: Subject) -> tuple[SubjectKey, bytes]:
    """The subject's data key, made at first enrolment (or anew after it was destroyed)."""
    row = SubjectKey.objects.filter(subject=subject).first()
    if row is not None and row.wrapped is not None:
        return row, crypto.unwrap_key(bytes(row.wrapped), wiring.template_kek())
    key = crypto.new_key()
    wrapped = crypto.wrap_key(key, wiring.template_kek())
    row, _ = SubjectKey.objects.update_or_create(subject=subject, defaults={"wrapped": wrapped, "destroyed_at": None})
    return row, key


def template_seal(vector, *, key: bytes, subject: Subject) -> bytes:
    """A descriptor of 128 float32, sealed for this subject."""
    return crypto.seal(np.asarray(vector, "<f4").tobytes(), key=key, subject_id=str(subject.pk))


def templates_open() -> dict[str, list]:
    """Every usable template as a vector, by subject id; for the in-memory gallery alone."""
    opened: dict[str, list] = {}
    keys: dict[str, bytes] = {}
    for template in templates_usable().order_by("subject_id", "created_at").iterator():
        subject_id = str(template.subject_id)
        if subject_id not in keys:
            keys[subject_id] = crypto.unwrap_key(bytes(template.key.wrapped), wiring.template_kek())
        plain = crypto.open_sealed(bytes(template.ciphertext), key=keys[subject_id], subject_id=subject_id)
        opened.setdefault(subject_id, []).append(np.frombuffer(plain, dtype="<f4"))
    return opened
