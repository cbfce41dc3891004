"""Words that productions and grants of likeness share: what is made, for where, what it shows, what is altered."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Use(models.TextChoices):
    """What a production is made for: grants name the uses that they allow."""

    FILM = "film", _("Film")
    SERIES = "series", _("Series")
    TRAILER = "trailer", _("Trailer")
    ADVERTISING = "advertising", _("Advertising")
    GAME = "game", _("Game")
    INTERNAL = "internal", _("Internal")


class Medium(models.TextChoices):
    """How a production reaches its audience; grants name the media that they allow."""

    CINEMA = "cinema", _("Cinema")
    TELEVISION = "television", _("Television")
    STREAMING = "streaming", _("Streaming")
    ONLINE = "online", _("Online video")
    GAME = "game", _("Games")
    PRINT = "print", _("Print")
    EVENT = "event", _("Exhibitions and events")


class VideoCodec(models.TextChoices):
    """What the pictures of a cut are encoded as; ``generator.encoding`` knows both."""

    H264 = "h264", _("H.264: plays everywhere")
    AV1 = "av1", _("AV1: smaller, plays in newer browsers and players")


class ContentTopic(models.TextChoices):
    """What a film or a shot shows that a person may not want to be seen in."""

    NUDITY = "nudity", _("Nudity")
    INTIMACY = "intimacy", _("Intimacy")
    POLITICAL = "political", _("Politics")
    ENDORSEMENT = "endorsement", _("Endorsement of a product or brand")
    VIOLENCE = "violence", _("Violence")
    RELIGION = "religion", _("Religion")


class Alteration(models.TextChoices):
    """What is done to a likeness beyond showing it as it is."""

    AGE = "age", _("Made younger or older")
    BODY = "body", _("Another body")
    VOICE = "voice", _("Another voice or new spoken lines")
    LANGUAGE = "language", _("Dubbed into another language")
    CHARACTER = "character", _("Turned into a creature or drawing")
