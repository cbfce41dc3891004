"""The words in which viewers are asked, and which kind of signal each purpose covers.

What a person must be told when data about them is collected: Regulation (EU) 2016/679 (GDPR), article 13. Consent is given
for each purpose apart (recital 43), as easily withdrawn as given (article 7(3)), and nothing hangs on it (article 7(4)).
Cookies: Directive 2002/58/EC, article 5(3) exempts what is strictly necessary for a service that the person asks for.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_site.apps.audience.models import Screening

#: A purpose, and what is recorded for it.
PURPOSES = {
    "watching": gettext_lazy("how you watch: when you play, pause or jump, how far you come, what you choose"),
    "reactions": gettext_lazy("the reactions that you press and the comments that you write, with their moments"),
    "answers": gettext_lazy("your answers to questions, and what you say of yourself there"),
}
#: The purpose under which each kind of signal falls.
PURPOSE_OF = {
    **dict.fromkeys(("play", "pause", "seek", "beat", "end", "leave", "choice"), "watching"),
    **dict.fromkeys(("reaction", "comment"), "reactions"),
    "answer": "answers",
}


def kept_until(screening: Screening, now: datetime) -> datetime:
    """When what is recorded of somebody who agrees now is deleted at the latest: the screening's days after its end, or
    after today where no end was set."""
    end = max(screening.closes_at or now, now)
    return end + timedelta(days=screening.retention_days)


def consent_text(screening: Screening, purposes: Sequence[str], until: datetime) -> str:
    """The agreement to ``purposes``, as it is shown and kept: plain text, a line a paragraph."""
    studio = screening.production.organisation
    asked = [_("- %(what)s") % {"what": PURPOSES[one]} for one in PURPOSES if one in purposes]
    return "\n".join(
        [
            _("%(studio)s shows you “%(title)s” and asks to record, under a made-up name:")
            % {"studio": studio, "title": screening.production.title},
            *asked,
            _("Why: %(purpose)s") % {"purpose": screening.purpose},
            _(
                "Who sees it: people who work on this film or review it, at %(studio)s. Nobody else receives it, and it is "
                "used for nothing else. Your name, your address on the net and your device are not recorded."
            )
            % {"studio": studio},
            _("How long: until %(day)s at the latest; then it is deleted.") % {"day": date_format(until, "j F Y")},
            _(
                "You may say no and watch all the same. You may withdraw at any time on the page of the film; what was "
                "recorded is deleted then. You may have a copy of it, have it corrected, and complain to the data "
                "protection authority where you live. It rests on your agreement alone (GDPR article 6(1)(a))."
            ),
        ]
    )


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
