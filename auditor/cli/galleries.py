"""Where the command line keeps the keys of a gallery: in a vault beside its key file, never in the gallery itself."""

from argparse import Namespace
from pathlib import Path

from auditor.likeness import FileKeyVault, vault_beside


def key_path(gallery: Path, given: Path | None) -> Path:
    """The key file that was given, or ``GALLERY.key``."""
    return given or gallery.with_name(gallery.name + ".key")


def vault_of(arguments: Namespace, *, create: bool = False) -> FileKeyVault:
    """The vault of the gallery in ``arguments``: ``KEYFILE.subjects``."""
    return vault_beside(key_path(arguments.gallery, arguments.key_file), create=create)
