"""One thing that verification found: its code, in words that anyone can read, where, and what to do about it."""

from dataclasses import dataclass

from auditor.plaintext import plain_text
from auditor.provenance.status_words import WORDS


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that verification found: its code, a plain sentence, the remedy, and where. ``detail`` names the part of the
    record that the code speaks of (a statement's label), or is empty."""

    code: str
    plain: str
    remedy: str
    where: str = ""
    detail: str = ""

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code,
            "plain": self.plain,
            "remedy": self.remedy,
            "where": self.where,
            "detail": self.detail,
        }


def reason(code: str, where: str = "", detail: str = "", url: str = "") -> Reason:
    """The reason for a validation code; an unknown code is named as such, with the reader's own (cleaned) words.

    ``where`` is the title of the ingredient that it was found in (empty: the file itself). ``url`` is the reader's
    address of the part that it concerns; its last step, the statement's label, becomes ``detail``.
    """
    code = plain_text(code, 80)
    words = f": {plain_text(detail, 160)}" if detail else ""
    plain, remedy = WORDS.get(
        code, (f"The check '{code}' failed{words}.", "Ask whoever gave you the file for the original.")
    )
    if where:
        plain = f"In '{where}': {plain[0].lower()}{plain[1:]}"
    part = plain_text(url.rpartition("/")[2], 80) if "/" in url else ""
    return Reason(code=code, plain=plain, remedy=remedy, where=where, detail=part)
