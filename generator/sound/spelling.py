# ruff: noqa: E501 (tables)
"""English letters to phonemes (ARPAbet), by rules in order, as Elovitz and others proposed (NRL report 7948, 1976): the first
rule whose letters stand there between its left and right context is taken. Rules and exceptions are our own, few, and good
enough for a machine that is meant to sound like one."""

import re
from functools import cache

#: Words that no rule would get right, by how often they are said.
_EXCEPTIONS = {
    "a": "AX", "the": "DH AX", "of": "AX V", "to": "T UW", "and": "AE N D", "is": "IH Z", "was": "W AX Z", "are": "AA R",
    "were": "W ER", "you": "Y UW", "your": "Y AO R", "i": "AY", "he": "HH IY", "she": "SH IY", "we": "W IY", "they": "DH EY",
    "me": "M IY", "be": "B IY", "do": "D UW", "does": "D AH Z", "done": "D AH N", "don": "D OW N", "have": "HH AE V",
    "has": "HH AE Z", "had": "HH AE D", "said": "S EH D", "says": "S EH Z", "what": "W AA T", "who": "HH UW",
    "whose": "HH UW Z", "where": "W EH R", "there": "DH EH R", "their": "DH EH R", "here": "HH IY R", "one": "W AH N",
    "once": "W AH N S", "two": "T UW", "come": "K AH M", "some": "S AH M", "love": "L AH V", "give": "G IH V",
    "live": "L IH V", "gone": "G AO N", "go": "G OW", "no": "N OW", "so": "S OW", "could": "K UH D", "would": "W UH D",
    "should": "SH UH D", "people": "P IY P AX L", "any": "EH N IY", "many": "M EH N IY", "again": "AX G EH N",
    "friend": "F R EH N D", "because": "B IH K AO Z", "through": "TH R UW", "though": "DH OW", "enough": "IH N AH F",
    "water": "W AO T ER", "woman": "W UH M AX N", "women": "W IH M IH N", "eye": "AY", "eyes": "AY Z", "my": "M AY",
    "by": "B AY", "or": "AO R", "for": "F AO R", "from": "F R AH M", "this": "DH IH S", "that": "DH AE T", "than": "DH AE N",
    "then": "DH EH N", "them": "DH EH M", "these": "DH IY Z", "those": "DH OW Z", "with": "W IH DH", "know": "N OW",
    "only": "OW N L IY", "never": "N EH V ER", "ever": "EH V ER", "every": "EH V R IY", "very": "V EH R IY", "sea": "S IY",
    "heard": "HH ER D", "heart": "HH AA R T", "world": "W ER L D", "word": "W ER D", "work": "W ER K", "mother": "M AH DH ER",
    "father": "F AA DH ER", "brother": "B R AH DH ER", "other": "AH DH ER", "nothing": "N AH TH IH NG", "been": "B IH N",
    "put": "P UH T", "don't": "D OW N T", "won't": "W OW N T", "into": "IH N T UW", "great": "G R EY T", "want": "W AA N T", "island": "AY L AX N D",
}  # fmt: skip
_V, _C = "[aeiouy]", "[^aeiouy']"
#: left context, letters, right context, phonemes.
_RULES: tuple[tuple[str, str, str, str], ...] = (
    ("", "augh", "t", "AO"), ("", "eigh", "", "EY"), ("", "ough", "t", "AO"), ("", "ough", "", "OW"), ("", "igh", "", "AY"),
    ("", "tion", "", "SH AX N"), ("", "sion", "", "ZH AX N"), ("", "ture", "", "CH ER"), ("", "ious", "", "IY AX S"),
    ("", "ous", "$", "AX S"), ("", "tch", "", "CH"), ("", "sch", "", "S K"), ("", "dge", "", "JH"), ("", "que", "$", "K"),
    ("", "all", "", "AO L"), ("", "alk", "", "AO K"), ("", "ear", "", "IH R"), ("", "eer", "", "IH R"), ("", "air", "", "EH R"),
    ("", "are", "$", "EH R"), ("", "oor", "", "AO R"), ("", "our", "", "AO R"), ("", "ore", "", "AO R"), ("", "ire", "", "AY ER"),
    ("", "ure", "", "Y UH R"), ("", "ing", "$", "IH NG"), ("", "ang", "", "AE NG"), ("", "ong", "", "AO NG"),
    ("", "ung", "", "AH NG"), ("", "ind", "$", "AY N D"), ("", "ild", "$", "AY L D"), ("", "old", "", "OW L D"),
    ("", "ost", "$", "OW S T"), ("^", "kn", "", "N"), ("^", "wr", "", "R"), ("^", "gn", "", "N"), ("^", "ps", "", "S"),
    ("", "ch", "", "CH"), ("", "sh", "", "SH"), ("^", "th", "(e|is|at|o|us|ou)", "DH"), (_V, "th", "e", "DH"), ("", "th", "", "TH"),
    ("", "ph", "", "F"), ("", "wh", "o", "HH"), ("", "wh", "", "W"), ("", "gh", "$", ""), ("^", "gh", "", "G"), ("", "gh", "", ""),
    ("", "ck", "", "K"), ("", "qu", "", "K W"), ("", "ng", "", "NG"), ("", "nk", "", "NG K"), ("", "mb", "$", "M"),
    ("", "ee", "", "IY"), ("", "ea", "(d|th)$", "EH"), ("", "ea", "", "IY"), ("", "oo", "(k|d)", "UH"), ("", "oo", "", "UW"),
    ("", "oa", "", "OW"), ("", "oe", "$", "OW"), ("", "ou", "", "AW"), ("", "ow", "$", "OW"), ("", "ow", "n$", "OW"),
    ("", "ow", "", "AW"), ("", "oi", "", "OY"), ("", "oy", "", "OY"), ("", "ai", "", "EY"), ("", "ay", "", "EY"),
    ("", "au", "", "AO"), ("", "aw", "", "AO"), ("", "ew", "", "Y UW"), ("", "ey", "$", "IY"), ("", "ey", "", "EY"),
    ("", "ei", "", "IY"), ("", "ie", "$", "AY"), ("", "ies", "$", "IY Z"), ("", "ie", "", "IY"), ("", "ue", "$", "UW"),
    ("", "ui", "", "UW"), ("", "ar", "", "AA R"), ("", "er", "", "ER"), ("", "ir", "", "ER"), ("", "ur", "", "ER"),
    ("", "or", "", "AO R"), ("(t|d)", "ed", "$", "IH D"), ("[kpsfxch]", "ed", "$", "T"), ("", "ed", "$", "D"),
    ("", "le", "$", "AX L"), ("(s|z|x|ch|sh|c|g)", "es", "$", "IH Z"), ("", "es", "$", "Z"),
    ("", "a", f"{_C}(e$|es$|ed$|ing$)", "EY"), ("", "e", f"{_C}(e$|es$)", "IY"), ("", "i", f"{_C}(e$|es$|ed$|ing$)", "AY"),
    ("", "o", f"{_C}(e$|es$|ed$|ing$)", "OW"), ("", "u", f"{_C}(e$|es$|ed$|ing$)", "UW"), ("", "y", f"{_C}e$", "AY"),
    (f"{_V}.*", "e", "$", ""), ("", "e", "$", "IY"), ("", "a", "$", "AX"), ("w", "a", "[^rlgkx]", "AA"), ("", "a", "", "AE"),
    ("", "e", "", "EH"), ("", "i", "$", "IY"), ("", "i", "", "IH"), ("", "o", "$", "OW"), ("", "o", "(m|n|v)e?$", "AA"),
    ("", "o", "", "AA"), ("", "u", "ll", "UH"), ("", "u", "$", "UW"), ("", "u", "", "AH"), ("^", "y", _V, "Y"),
    ("^[^aeiou]+", "y", "$", "AY"), ("", "y", "$", "IY"), ("", "y", _V, "Y"), ("", "y", "", "IH"),
    ("", "bb", "", "B"), ("", "b", "", "B"), ("", "cc", "[eiy]", "K S"), ("", "cc", "", "K"), ("", "c", "[eiy]", "S"),
    ("", "c", "", "K"), ("", "dd", "", "D"), ("", "d", "", "D"), ("", "ff", "", "F"), ("", "f", "", "F"), ("", "gg", "", "G"),
    ("", "g", "[ey]", "JH"), ("", "g", "", "G"), ("", "h", "", "HH"), ("", "j", "", "JH"), ("", "k", "", "K"),
    ("", "ll", "", "L"), ("", "l", "", "L"), ("", "mm", "", "M"), ("", "m", "", "M"), ("", "nn", "", "N"), ("", "n", "", "N"),
    ("", "pp", "", "P"), ("", "p", "", "P"), ("", "q", "", "K"), ("", "rr", "", "R"), ("", "r", "", "R"), ("", "ss", "", "S"),
    ("[aeiouybdglmnrvw]", "s", "$", "Z"), ("", "s", "", "S"), ("", "tt", "", "T"), ("", "t", "", "T"), ("", "v", "", "V"),
    ("", "w", "", "W"), ("^", "x", "", "Z"), ("", "x", "", "K S"), ("", "zz", "", "Z"), ("", "z", "", "Z"), ("", "'", "", ""),
)  # fmt: skip
_ENDINGS = {"'s": "Z", "'ll": "L", "'re": "R", "'ve": "V", "'d": "D", "'m": "M", "n't": "N T"}
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str, re.Pattern[str], tuple[str, ...]], ...]:
    return tuple(
        (re.compile(f"{left}$" if left else ""), letters, re.compile(right), tuple(sounds.split()))
        for left, letters, right, sounds in _RULES
    )


@cache
def pronounced(word: str) -> tuple[str, ...]:
    """The phonemes of a lower-case word of the letters a to z and apostrophes."""
    if word in _EXCEPTIONS:
        return tuple(_EXCEPTIONS[word].split())
    for ending, sound in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (*pronounced(word[: -len(ending)]), *sound.split())
    found: list[str] = []
    at = 0
    while at < len(word):
        for left, letters, right, sounds in _compiled():
            if (
                word.startswith(letters, at)
                and right.match(word, at + len(letters))
                and (not left.pattern or left.search(word[:at]))
            ):
                found.extend(sounds)
                at += len(letters)
                break
        else:
            at += 1
    return tuple(found)


def number_words(value: int) -> str:
    """A whole number from 0 to 999,999 in English words."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10 - 2] + (f" {_ONES[value % 10]}" if value % 10 else "")
    size, name = (1000, "thousand") if value >= 1000 else (100, "hundred")
    rest = f" {number_words(value % size)}" if value % size else ""
    return f"{number_words(value // size)} {name}{rest}"
