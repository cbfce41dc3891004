"""Texts as the numbers that a BERT reads: lower case, without accents, in pieces of words from a fixed list.

The algorithm is that of BERT's own basic tokenizer and WordPiece (Devlin, Chang, Lee and Toutanova, "BERT", NAACL 2019;
``google-research/bert``, ``tokenization.py``). It is written here because it is short and spares the demo a package; the
tests hold it to the ``tokenizers`` library, piece by piece.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

#: The list that every uncased English BERT shares: bert-base-uncased, Apache-2.0 (Google), 30,522 pieces.
VOCABULARY = Path(__file__).parent / "minilm-vocab.txt"
#: A word longer than this is one unknown piece, as in BERT.
_LONGEST_WORD = 100


class WordPiece:
    """``encode`` gives the numbers of a text with those of its beginning and end."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._unknown, self._begin, self._end = (self._numbers[name] for name in ("[UNK]", "[CLS]", "[SEP]"))

    def encode(self, text: str, *, most: int) -> list[int]:
        """At most ``most`` numbers, both ends included; what goes beyond is cut off."""
        found: list[int] = []
        for word in _words(text):
            if len(found) >= most - 2:
                break
            found += self._pieces(word)
        return [self._begin, *found[: most - 2], self._end]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._numbers.get(("##" if start else "") + word[start:end])
                if number is not None:
                    break
            else:
                return [self._unknown]
            found.append(number)
            start = end
        return found


@cache
def word_piece() -> WordPiece:
    """The tokenizer of the shipped list."""
    return WordPiece(VOCABULARY.read_text("utf-8").split("\n")[:-1])


def _words(text: str) -> list[str]:
    cleaned = []
    for sign in text:
        kind = unicodedata.category(sign)
        if sign in "\0�" or (kind in ("Cc", "Cf", "Co") and sign not in "\t\n\r"):
            continue
        if _is_han(ord(sign)):
            cleaned.append(f" {sign} ")
        elif kind == "Zs" or sign in "\t\n\r":
            cleaned.append(" ")
        else:
            cleaned.append(sign)
    plain = "".join(
        sign.lower()  # each by itself: Python knows of a final sigma, the model does not
        for sign in unicodedata.normalize("NFD", "".join(cleaned))
        if unicodedata.category(sign) != "Mn"
    )
    words: list[str] = []
    for word in plain.split():
        start = 0
        for place, sign in enumerate(word):
            if _is_punctuation(sign):
                words += [word[start:place]] if place > start else []
                words.append(sign)
                start = place + 1
        words += [word[start:]] if start < len(word) else []
    return words


def _is_punctuation(sign: str) -> bool:
    """BERT's meaning: Unicode's, and everything of ASCII that is neither letter nor digit."""
    return (sign.isascii() and sign.isprintable() and not sign.isalnum() and sign != " ") or unicodedata.category(
        sign
    ).startswith("P")


def _is_han(point: int) -> bool:
    return any(
        first <= point <= last
        for first, last in (
            (0x4E00, 0x9FFF),
            (0x3400, 0x4DBF),
            (0x20000, 0x2A6DF),
            (0x2A700, 0x2B73F),
            (0x2B740, 0x2B81F),
            (0x2B820, 0x2CEAF),
            (0xF900, 0xFAFF),
            (0x2F800, 0x2FA1F),
        )
    )
