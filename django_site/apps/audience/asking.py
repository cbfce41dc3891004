"""What viewers are asked and may press: the documents that a screening keeps, read strictly.

A question is ``{"id", "text", "kind": "scale" | "choice" | "text", "choices": [...], "at": seconds or null}``; a question
about the viewer ``{"id", "text", "choices": [...]}``; a reaction is its name.
"""

import re
from collections.abc import Sequence
from typing import Any

from django_site.errors import InputError

_ID = re.compile(r"[a-z][a-z0-9_]{0,29}")
KINDS = ("scale", "choice", "text")
#: A scale has five points: more are not told apart better (Krosnick and Presser, "Question and Questionnaire Design", 2010).
SCALE = ("1", "2", "3", "4", "5")
MAX_QUESTIONS, MAX_CHOICES, MAX_REACTIONS = 12, 12, 8
MAX_TEXT, MAX_CHOICE, MAX_NAME = 300, 80, 24


def _text(value: Any, what: str, most: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{what} is missing; write it")
    if len(value.strip()) > most:
        raise InputError(f"{what} is longer than {most} characters; shorten it")
    if "\x00" in value:
        raise InputError(f"{what} holds a character that can't be kept; write it anew")
    return value.strip()


def _list(value: Any, what: str, least: int, most: int) -> list[Any]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise InputError(f"{what}: from {least} to {most} of them, as a list")
    return value


def _choices(value: Any, what: str) -> list[str]:
    read = [_text(one, f"a choice of {what}", MAX_CHOICE) for one in _list(value, f"choices of {what}", 2, MAX_CHOICES)]
    if len(set(read)) < len(read):
        raise InputError(f"{what} has a choice twice; take one of them out")
    return read


def _identified(rows: list[Any], what: str) -> None:
    ids = [row.get("id") if isinstance(row, dict) else None for row in rows]
    for one in ids:
        if not isinstance(one, str) or not _ID.fullmatch(one):
            raise InputError(f"{what}: an id is small letters, figures and underscores, not {str(one)[:40]!r}")
    if len(set(ids)) < len(ids):
        raise InputError(f"{what}: two have the same id; rename one")


def questions_read(value: Any) -> list[dict[str, Any]]:
    """Questions about the film. Raises ``InputError`` naming what is wrong."""
    rows = _list(value, "questions", 0, MAX_QUESTIONS)
    _identified(rows, "questions")
    read = []
    for row in rows:
        what = f"question {row['id']}"
        kind, at = row.get("kind"), row.get("at")
        if kind not in KINDS:
            raise InputError(f"{what} is a {', a '.join(KINDS)}, not {str(kind)[:20]!r}")
        if at is not None and (isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 86_400):
            raise InputError(f"{what} is asked at a moment in seconds, or at the end")
        read.append(
            {
                "id": row["id"],
                "text": _text(row.get("text"), what, MAX_TEXT),
                "kind": kind,
                "choices": _choices(row.get("choices"), what) if kind == "choice" else [],
                "at": None if at is None else round(float(at), 3),
            }
        )
    return read


def group_questions_read(value: Any) -> list[dict[str, Any]]:
    """Questions about the viewer: always a choice, so that nobody writes who they are."""
    rows = _list(value, "questions about viewers", 0, MAX_QUESTIONS)
    _identified(rows, "questions about viewers")
    return [
        {
            "id": row["id"],
            "text": _text(row.get("text"), f"question {row['id']}", MAX_TEXT),
            "choices": _choices(row.get("choices"), f"question {row['id']}"),
        }
        for row in rows
    ]


def reactions_read(value: Any) -> list[str]:
    """Names of the buttons."""
    names = [_text(one, "the name of a reaction", MAX_NAME) for one in _list(value, "reactions", 0, MAX_REACTIONS)]
    if len(set(names)) < len(names):
        raise InputError("two reactions have the same name; take one out")
    return names


def groups_read(asked: Sequence[dict[str, Any]], said: dict[str, str]) -> dict[str, str]:
    """What a viewer said of themselves: only what was asked, only what was offered; silence is an answer too."""
    offered = {one["id"]: one["choices"] for one in asked}
    for question, answer in said.items():
        if question not in offered or (answer and answer not in offered[question]):
            raise InputError("an answer is not among those that were offered; choose again")
    return {question: answer for question, answer in said.items() if answer}


def answer_fits(question: dict[str, Any], answer: str) -> bool:
    """Whether the question can be answered so."""
    if question["kind"] == "scale":
        return answer in SCALE
    if question["kind"] == "choice":
        return answer in question["choices"]
    return bool(answer.strip())
