"""What other registries of consent say, as refusals: their "no" stops here, their "yes" allows nothing here.

A registry that is set up and can't be asked stops too, unless its settings say that it may be missed: silence is no consent.
"""

import hashlib
import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.cache import cache

from auditor.errors import AuditorError
from auditor.likeness.registry import Person, Question
from django_site import wiring
from django_site.apps.likeness.models import Modality, Subject

logger = logging.getLogger(__name__)


def refusals(subjects: Iterable[Subject], production) -> dict[str, str]:
    """Why another registry says no, by subject id; people of whom none says so are left out."""
    registries = wiring.consent_registries()
    if not registries:
        return {}
    found = {}
    for subject in subjects:
        said = [no for registry in registries if (no := _refusal(registry, subject, production))]
        if said:
            found[str(subject.pk)] = " ".join(dict.fromkeys(said))[:500]
    return found


def _refusal(registry, subject: Subject, production) -> str:
    person = Person(
        name=subject.legal_name,
        aliases=tuple(dict.fromkeys(name for name in (subject.stage_name, *subject.aliases) if name)),
    )
    question = Question(
        use=production.use,
        modalities=(Modality.FACE.value, Modality.VOICE.value),
        territories=tuple(production.territories),
    )
    key = "registry:" + hashlib.sha256(f"{registry.source}\0{person!r}\0{question!r}".encode()).hexdigest()
    kept = cache.get(key)
    if kept is not None:
        return kept
    try:
        statements = registry.lookup(person, question)
    except AuditorError as error:
        logger.warning("the consent registry %s gave no answer: %s", registry.source, error)
        return f"{registry.source} could not be asked: {error}" if registry.required else ""
    said = next((one.plain for one in statements if one.refuses), "")
    cache.set(key, said, settings.CONSENT_REGISTRY_SECONDS)
    return said
