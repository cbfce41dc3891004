"""A new version of a grant before it exists: what it will say, what it changes, and its digests, so that a person signs what
stood on the screen and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_site.apps.accounts.models import User
from django_site.apps.likeness.models import ConsentGrant, Subject
from django_site.apps.likeness.reading import TermChange, lines_of, terms_diff, titles_in
from django_site.apps.likeness.scope import check_scope, grant_lines_plain
from django_site.apps.likeness.services import Signing, grant_draft, grant_notice, grant_sign, text_sha256
from django_site.apps.likeness.services.grants import shown_sha256
from django_site.errors import InputError

#: Begins the part of a text that says what the person themselves changed; a further change replaces it.
_MARK = "— — —"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a version would say. ``lines`` are (topic, sentence); ``changes`` are against the version that it amends."""

    scope: dict
    text: str
    starts: datetime
    ends: datetime | None
    lines: list[tuple[str, str]]
    changes: list[TermChange]

    @property
    def text_sha256(self) -> str:
        return text_sha256(self.text)

    @property
    def shown_sha256(self) -> str:
        return shown_sha256(text=self.text, summary=self._summary, scope=self.scope, starts=self.starts, ends=self.ends)

    @property
    def _summary(self) -> str:
        return "\n".join(f"{topic}: {sentence}" for topic, sentence in self.lines)


def proposal_of(
    *,
    scope: dict,
    starts: datetime | None,
    ends: datetime | None,
    text: str = "",
    amends: ConsentGrant | None = None,
) -> Proposal:
    """What a version would say. Without ``text`` it is the person's own change: the old text and the new limits."""
    check_scope(scope)
    begins = starts or (amends.starts if amends else timezone.now())
    lines = grant_lines_plain(scope, starts=begins, ends=ends, projects=titles_in(scope["projects"]))
    lines = [(str(topic), str(sentence)) for topic, sentence in lines]
    changes = terms_diff(lines_of(amends), lines) if amends else []
    if not text and amends is not None:
        text = _changed_text(amends, lines)
    return Proposal(scope, text, begins, ends, lines, changes)


def _changed_text(grant: ConsentGrant, lines: list[tuple[str, str]]) -> str:
    base = grant.text.split(f"\n\n{_MARK}\n", 1)[0].rstrip()
    said = _("Limits that the person set on %(day)s. Where the text above says more, these limits hold.") % {
        "day": date_format(timezone.localdate(), "j F Y")
    }
    return "\n".join([base, "", _MARK, said, "", *(f"{topic}: {sentence}" for topic, sentence in lines)])


@transaction.atomic
def grant_amend_and_sign(
    *,
    grant: ConsentGrant,
    proposal: Proposal,
    by: User,
    text_sha256_seen: str,
    shown_sha256_seen: str,
    signing: Signing,
) -> ConsentGrant:
    """The person replaces what they gave with a version of their own, signed at once. All or nothing. Where it allows
    more and their union asks for time to think, it is put before them unsigned, and the version in force stands until they
    sign.

    Raises ``InputError`` where the words on the screen are no longer those of the proposal, or where nothing is changed.
    """
    if not proposal.changes:
        raise InputError("nothing is changed, so there is nothing to sign; change a limit first")
    if (text_sha256_seen, shown_sha256_seen) != (proposal.text_sha256, proposal.shown_sha256):
        raise InputError("this is not the text that was on your screen; read it again and sign then")
    drafted = grant_draft(
        subject=grant.subject,
        scope=proposal.scope,
        text=proposal.text,
        by=by,
        starts=proposal.starts,
        ends=proposal.ends,
        amends=grant,
    )
    offered = grant_notice(grant=drafted, by=by)
    if offered.may_sign_from > timezone.now():
        return offered
    return grant_sign(
        grant=drafted, by=by, text_sha256_seen=text_sha256_seen, shown_sha256_seen=shown_sha256_seen, signing=signing
    )


def offer_text(subject: Subject) -> str:
    """A first text for an offer; the organisation's counsel writes it to the end."""
    return _(
        "I, %(name)s, allow %(organisation)s to use my likeness as the limits beside this text say, and not otherwise.\n\n"
        "I was given this text apart from any other paper, and time to think it over. I may suspend or withdraw it on my "
        "page at any time; what that does to films that are already out is said there before I do it."
    ) % {"name": subject.legal_name, "organisation": subject.organisation.name}
