"""The kinds of value that facts are made of, with what their schema says of them."""

from typing import Annotated, Any, Literal

from auditor.policy.shapes import Shape

#: Longest list of records that a decision takes; the expression engine has no cost limit of its own.
MAX_RECORDS = 500

Sha256 = Annotated[str, Shape("SHA-256 in lower-case hexadecimal", pattern="^[0-9a-f]{64}$")]
Moment = Annotated[
    str,
    Shape("UTC moment, RFC 3339 with a Z", pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$", max_length=40),
]
Territory = Annotated[
    str,
    Shape(
        "ISO 3166 country (DE), subdivision (US-IL), the word EU, or * for the whole world",
        pattern=r"^(\*|[A-Z]{2}(-[A-Z0-9]{1,3})?)$",
    ),
]
Identifier = Annotated[str, Shape("an identifier", min_length=1, max_length=200)]
Text = Annotated[str, Shape("text for people", max_length=2000)]
Seconds = Annotated[float, Shape("seconds from the start of the file", minimum=0)]
Score = Annotated[float, Shape("0 (unlike) to 1 (the same)", minimum=0, maximum=1)]

#: What a licence lets us do with a work. ``reproduce`` covers copies of it, ``adapt`` recognisable derivatives of it.
Act = Literal["match", "reference", "train", "reproduce", "adapt"]
AssetKind = Literal["take", "cut", "still", "clip", "sound"]
Origin = Literal["generated", "imported", "edited"]
Use = Literal["film", "series", "trailer", "advertising", "game", "internal"]
SignatureState = Literal["Trusted", "Valid", "Changed", "NoCredentials", "Unreadable"]
#: How a production reaches its audience; ``*`` in a grant means any.
Medium = Literal["cinema", "television", "streaming", "online", "game", "print", "event"]
AnyMedium = Literal["*", "cinema", "television", "streaming", "online", "game", "print", "event"]
#: What a person may refuse to be seen in.
Topic = Literal["nudity", "intimacy", "political", "endorsement", "violence", "religion"]
#: What is done to a likeness beyond showing it as it is.
Alteration = Literal["age", "body", "voice", "language", "character"]
#: What is done with a likeness: a picture or sound made, a model of this film tuned, others' models trained.
LikenessAct = Literal["render", "fine_tune", "third_party_training"]
#: What part of a model a component is; ``model`` where a card names no parts.
ComponentRole = Literal[
    "model", "renderer", "transformer", "text_encoder", "image_encoder", "vae", "lora", "control", "upscaler", "audio",
    "other",
]  # fmt: skip
#: What a model's licence may rule out: a topic that is shown, or what the film is made as.
RuledOut = Literal[
    "nudity", "intimacy", "political", "endorsement", "violence", "religion",
    "film", "series", "trailer", "advertising", "game",
]  # fmt: skip
#: Whose collective agreements a production is made under.
Guild = Literal["SAG-AFTRA", "WGA"]
Currency = Annotated[str, Shape("ISO 4217 currency (USD)", pattern="^[A-Z]{3}$")]
Money = Annotated[int, Shape("whole units of a currency", minimum=0, maximum=10**15)]
Count = Annotated[int, Shape("how many", minimum=0, maximum=10**12)]
Language = Annotated[str, Shape("BCP 47 language tag, or * for any", pattern=r"^(\*|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$")]


def records(doc: str) -> Any:
    """The shape of a list of records."""
    return Shape(doc, max_items=MAX_RECORDS)
