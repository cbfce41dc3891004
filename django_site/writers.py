"""From the settings to whoever writes screenplays; what is wrong with them is said when the site starts."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from generator.errors import WriterError
from generator.narrative.writers import EndpointWriter, GrammarWriter, TransformersWriter, Writer


def writer_open() -> Writer:
    """The writer of the settings; nothing is loaded or asked before its first scene. A model's weights are read once, for
    their digest. Raises ``ImproperlyConfigured`` that says which setting is wrong and how to put it right."""
    kind, where = writer_check()
    try:
        if kind == "transformers":
            return TransformersWriter(Path(where), name=settings.WRITER_MODEL, licence=settings.WRITER_LICENCE)
        return _endpoint(where) if kind == "endpoint" else GrammarWriter()
    except WriterError as error:
        raise _wrong(str(error)) from error


def writer_check() -> tuple[str, str]:
    """Which writer the settings name, and where it is; checked as far as that takes no time."""
    kind, _, where = settings.WRITER.partition(":")
    if settings.WRITER == "grammar":
        return "grammar", ""
    if kind == "transformers" and where:
        folder = Path(where)
        if not (folder / "config.json").is_file() or not any(folder.glob("*.safetensors")):
            raise _wrong(f"{folder} holds no config.json with *.safetensors; name a folder of transformers' form")
        return kind, where
    if kind == "endpoint" and where:
        try:
            _endpoint(where)
        except WriterError as error:
            raise _wrong(str(error)) from error
        return kind, where
    raise _wrong("this is none of grammar, transformers:FOLDER and endpoint:URL; unset it for the grammar")


def _endpoint(where: str) -> EndpointWriter:
    if not settings.WRITER_MODEL:
        raise WriterError("no model is named; put its name into REELPROOF_WRITER_MODEL")
    return EndpointWriter(
        where,
        settings.WRITER_MODEL,
        key_variable=settings.WRITER_KEY_VARIABLE,
        seconds=settings.WRITER_SECONDS,
        licence=settings.WRITER_LICENCE,
    )


def _wrong(why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"REELPROOF_WRITER={settings.WRITER}: {why}")
