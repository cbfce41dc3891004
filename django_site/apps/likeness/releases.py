"""The words with which a person agrees to be measured: what, what for, how long, who else, and how it ends.

740 ILCS 14/15(b) asks for written notice of what is collected, its purpose and how long it is kept, and a written release;
GDPR art. 13 for the right to withdraw. The exact words are kept and hashed with the consent.
"""

from django.utils.translation import gettext as _

from django_site.apps.likeness.models import Modality, Subject
from django_site.apps.likeness.services import PROTECTION, TEMPLATE_LIFETIME

_WHAT = {
    Modality.FACE: (
        "the geometry of my face: 128 numbers for each picture that I hand in",
        "my face",
    ),
    Modality.VOICE: (
        "the sound of my voice: 256 numbers for each recording that I hand in",
        "my voice",
    ),
}


def release_text(subject: Subject, modality: Modality) -> str:
    """The release for the face or the voice, as it stands today."""
    what, short = _WHAT[Modality(modality)]
    schedule = subject.organisation.schedule_address
    return _(
        "I, %(name)s, agree that %(organisation)s measures %(what)s.\n\n"
        "Purpose: %(purpose)s. Nothing else is done with it: it is not sold, not passed on, and no model is trained "
        "on it.\n\n"
        "How it is kept: sealed under a key of my own, compared in memory alone. It is destroyed when I end this, when the "
        "purpose ends, and in any case after %(days)d days.%(schedule)s\n\n"
        "I may end this at any time on my page, for %(short)s alone or for everything. The measurements and their key are "
        "destroyed at once; a backup can't be read then either. This is no licence to show me: what may be shown of me "
        "stands in my grants, and only there."
    ) % {
        "name": subject.legal_name,
        "organisation": subject.organisation.name,
        "what": what,
        "short": short,
        "purpose": PROTECTION,
        "days": TEMPLATE_LIFETIME.days,
        "schedule": _(" The schedule is public: %(url)s") % {"url": schedule} if schedule else "",
    }
