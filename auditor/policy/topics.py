"""Which of the topics that people may refuse to be seen in does a text touch? Words, not understanding.

It prefers a false alarm to a miss, except where a word before says that there is none of it ("no nudity"). English only: a
text in another language finds nothing here, so topics are declared by the makers as well.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from auditor.errors import BadInputError
from auditor.plaintext import plain_text
from auditor.policy.people import ContentFact
from auditor.policy.terms import Topic

TextSource = Literal["brief", "screenplay", "prompt"]

#: Longest text that is searched, in characters; as for names.
MAX_TEXT = 1_000_000
#: Word stems by topic; ``\w*`` lets a stem end as it likes.
_STEMS: dict[Topic, str] = {
    "nudity": r"nude\w*|nudity|naked\w*|topless|bare[- ]breasted|undress\w*|striptease|disrobe\w*|full[- ]frontal|lingerie",
    "intimacy": r"sex|sexual\w*|sexy|erotic\w*|make love|making love|lovemaking|kiss\w*|orgasm\w*|porn\w*|intimate|seduc\w*"
    r"|bedroom scene|caress\w*",
    "political": r"election\w*|electoral|campaign rally|political\w*|politician\w*|senator\w*|congress(?:man|woman)?"
    r"|parliament\w*|president\w*|prime minister|ballot\w*|referendum\w*|vote for|voter\w*|propaganda|party rally",
    "endorsement": r"endors\w+|sponsor\w*|advert\w*|commercial for|brand ambassador|product placement|buy now|testimonial\w*"
    r"|promo code|recommends the product",
    "violence": r"blood\w*|bleed\w*|stab\w*|murder\w*|kill\w*|tortur\w*|gunshot\w*|shoots? (?:him|her|them|at)"
    r"|shot dead|gore|gory|behead\w*|strangl\w*|massacre\w*|beaten|beats (?:him|her|them)|corpse\w*|suicide\w*|rape\w*",
    "religion": r"pray\w*|prayer\w*|worship\w*|sermon\w*|baptis\w*|crucifi\w*|holy mass|communion|quran|koran"
    r"|torah|bible|gospel|blasphem\w*|prophet\w*|jesus|allah|buddha|messiah",
}
_PATTERNS = {topic: re.compile(rf"\b(?:{stems})\b", re.IGNORECASE) for topic, stems in _STEMS.items()}
#: What just before a word says that there is none of it.
_NONE_OF_IT = re.compile(r"\b(?:no|not|never|without|non|isn't|nobody|nothing)[ -](?:\w+ ){0,2}$", re.IGNORECASE)

if set(_STEMS) != set(get_args(Topic)):  # a new topic without words would be a topic that nothing finds
    raise RuntimeError("every topic needs words to look for")


@dataclass(frozen=True, slots=True)
class TopicMention:
    """A word of a topic in a text; ``quote`` is the text around it, safe to print."""

    topic: Topic
    source: TextSource
    matched: str
    quote: str

    def as_fact(self) -> ContentFact:
        return ContentFact(topic=self.topic, source=self.source, matched=self.matched, quote=self.quote)


def topics_in(texts: Mapping[TextSource, str]) -> tuple[TopicMention, ...]:
    """The first mention of each topic in each text. Raises ``BadInputError`` for a text beyond ``MAX_TEXT`` characters."""
    found: list[TopicMention] = []
    for source, text in texts.items():
        if len(text) > MAX_TEXT:
            raise BadInputError(f"the {source} has {len(text)} characters, more than {MAX_TEXT}: shorten it")
        for topic, pattern in _PATTERNS.items():
            for match in pattern.finditer(text):
                if _NONE_OF_IT.search(text[max(0, match.start() - 40) : match.start()]):
                    continue
                around = text[max(0, match.start() - 60) : match.end() + 60]
                found.append(TopicMention(topic, source, plain_text(match.group(), 60), plain_text(around, 200)))
                break
    return tuple(found)
