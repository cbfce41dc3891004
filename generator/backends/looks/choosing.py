"""Looks by name: those that come with us, those in folders of the caller's, or any bundle's folder."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.backends.looks.look import CONFIG, NAME, Look
from generator.errors import ModelError

#: Where the looks that come with us lie.
SHIPPED = Path(__file__).parents[2] / "looks"


def looks_in(folder: Path) -> Mapping[str, Path]:
    """The folders of bundles directly below ``folder``, by name, in order. None of them is opened."""
    found = sorted(folder.iterdir()) if folder.is_dir() else ()
    return {one.name: one for one in found if NAME.fullmatch(one.name) and (one / CONFIG).is_file()}


def shipped_looks() -> Mapping[str, Path]:
    """The looks that come with us, by name."""
    return looks_in(SHIPPED)


def look_of(name: str | Path, folders: Sequence[Path] = ()) -> Look:
    """The look called ``name`` among those that come with us or lie in ``folders``, or the bundle in the folder ``name``
    (anything with a slash in it). Raises ``ModelError`` and its kinds; an unknown name is told what there is."""
    return Look.open(folder_of(name, folders))


def folder_of(name: str | Path, folders: Sequence[Path] = ()) -> Path:
    """The folder of the same, not opened. Raises ``ModelError`` for a name that nothing answers to."""
    if isinstance(name, Path) or os.sep in name:
        return Path(name)
    known = dict(shipped_looks())
    for folder in folders:
        known = {**looks_in(folder), **known}  # nobody's folder takes the name of a look that comes with us
    if name not in known:
        there = ", ".join(sorted(known)) or "none"
        raise ModelError(
            f"there is no look {name[:60]!r}; there are: {there}. Or give a bundle's folder, as ./{name[:60]}"
        )
    return known[name]
