"""Where a corpus lies: a folder, a list of paths, a .zip, or a .tar (plain, gz, bz2, xz). Archives are read as hostile.

Files come one after the other, each with its name or with the reason why it is refused; an archive's entry is written
out only when it is asked for. Sizes are what was read, never what a header claims. Nothing is opened inside an archive
but its entries: an archive in an archive is one more file.
"""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from auditor.corpus.names import corpus_name
from auditor.errors import BadInputError, UnavailableError

_CHUNK = 1024 * 1024
_MAX_LIST = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """What a corpus may hold.

    ``file_bytes`` is what the auditor takes as one file, ``entries`` the rows of a table and as many again. ``ratio``:
    bytes written out for each byte of the archive, once more than ``ratio_floor`` were written; media are compressed
    already and stay near 1, text reaches about 20, DEFLATE's own limit is 1032. ``header_bytes``: what a header of a tar
    entry, or ``directory_bytes`` the directory of a zip, may take: both are held in memory (the directory five times over).
    """

    entries: int = 200_000
    file_bytes: int = 16 * 1024**3
    total_bytes: int = 4 * 1024**4
    ratio: int = 100
    ratio_floor: int = 64 * 1024**2
    header_bytes: int = 1024**2
    directory_bytes: int = 32 * 1024**2


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a corpus: its name there, or why it is ``refused`` (then ``name`` is only fit to be shown).

    ``fetch(place)`` gives its path: where it lies, or ``place`` after writing it there. It is asked for before the next
    file is, or not at all. Raises ``BadInputError`` for an entry that can't be read or is over a limit.
    """

    name: str
    refused: str | None
    fetch: Callable[[Path], Path]


class Source(Protocol):
    """A corpus that can be walked from its beginning, any number of times. Raises ``BadInputError`` for what it holds
    too much of."""

    path: Path

    def files(self) -> Iterator[SourceFile]: ...


def open_source(path: Path, *, apart: Path | None = None, limits: SourceLimits | None = None) -> Source:
    """The source that ``path`` is, by its first bytes; a list by its ending (.txt, .lst, .list). ``apart`` is
    a file that is none of the corpus though it may lie in its folder: the table.

    Raises ``BadInputError`` for anything else.
    """
    from auditor.corpus.archives import TarSource, ZipSource, tar_kind

    limits = limits or SourceLimits()
    try:
        if path.is_dir():
            return FolderSource(path, limits, apart)
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error.strerror}); give a folder, a list or an archive") from error
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return ZipSource(path, limits)
    if kind := tar_kind(path, head):
        return TarSource(path, kind, limits)
    if path.suffix.lower() in (".txt", ".lst", ".list"):
        return ListSource(path, limits)
    raise BadInputError(
        f"{path}: no folder, no list of paths (.txt), no .zip and no .tar, .tar.gz, .tar.bz2 or .tar.xz; unpack it first"
    )


def refused(name: str, reason: str) -> SourceFile:
    """A file that is named in the report and not read."""

    def fetch(_: Path) -> Path:
        raise BadInputError(f"{name}: {reason}")

    return SourceFile(name, reason, fetch)


def shown(name: str) -> str:
    """A name fit to be printed, whatever bytes it was made of."""
    return name[:200] if name.isprintable() and name else ascii(name[:200])


class Names:
    """Checks names as they come: each once, and not too many."""

    def __init__(self, source: Path, limits: SourceLimits) -> None:
        self._source, self._limits = source, limits
        self._seen: set[str] = set()
        self._count = 0

    def count(self) -> None:
        """One more entry, of whatever kind."""
        self._count += 1
        if self._count > self._limits.entries:
            raise BadInputError(f"{self._source}: more than {self._limits.entries:,} entries; split the corpus")

    def checked(self, name: str) -> str:
        """The corpus name. Raises ``BadInputError`` for a bad one, and for one that came before."""
        checked = corpus_name(name)
        if checked in self._seen:
            raise BadInputError("another file of the corpus has the same name; the first one counts")
        self._seen.add(checked)
        return checked


class FolderSource:
    """The files under a folder, in the order of their names. Links are not followed."""

    def __init__(self, path: Path, limits: SourceLimits, apart: Path | None = None) -> None:
        self.path = path
        self._limits = limits
        self._apart = apart.resolve() if apart is not None else None

    def files(self) -> Iterator[SourceFile]:
        names = Names(self.path, self._limits)
        for folder, folders, files in self.path.walk(follow_symlinks=False, on_error=self._unreadable):
            folders.sort()
            for name in sorted([*files, *(f for f in folders if (folder / f).is_symlink())]):
                names.count()
                if self._apart is not None and name == self._apart.name and (folder / name).resolve() == self._apart:
                    continue
                yield _lying(folder / name, (folder / name).relative_to(self.path).as_posix(), names, self._limits)

    def _unreadable(self, error: OSError) -> None:
        raise BadInputError(f"{error.filename}: can't be read ({error.strerror}); make it readable or take it out")


class ListSource:
    """The files that a text file names, one path a line, relative to the folder that it lies in; ``#`` begins a comment."""

    def __init__(self, path: Path, limits: SourceLimits) -> None:
        self.path = path
        self._limits = limits

    def files(self) -> Iterator[SourceFile]:
        with self.path.open("rb") as stream:
            content = stream.read(_MAX_LIST + 1)
        if len(content) > _MAX_LIST:
            raise BadInputError(f"{self.path}: more than {_MAX_LIST // 1024**2} MB; split the list")
        try:
            lines = content.decode("utf-8-sig").split("\n")
        except UnicodeDecodeError as error:
            raise BadInputError(f"{self.path}: not UTF-8; save the list as UTF-8") from error
        names, root = Names(self.path, self._limits), self.path.parent.resolve()
        for line in lines:
            name = line.removesuffix("\r")
            if not name.strip() or name.startswith("#"):
                continue
            names.count()
            try:
                file = root / corpus_name(name)
            except BadInputError as error:
                yield refused(shown(name), str(error))
                continue
            if file.parent.resolve() != file.parent:
                yield refused(shown(name), "it lies behind a link; list it by the folder that it really lies in")
            else:
                yield _lying(file, name, names, self._limits)


def _lying(file: Path, name: str, names: Names, limits: SourceLimits) -> SourceFile:
    """A file on disk."""
    try:
        checked, status = names.checked(name), file.lstat()
    except BadInputError as error:
        return refused(shown(name), str(error))
    except OSError as error:
        return refused(shown(name), f"it can't be read ({error.strerror})")
    if not stat.S_ISREG(status.st_mode):
        what = "a link" if stat.S_ISLNK(status.st_mode) else "no regular file"
        return refused(shown(name), f"it is {what}; put the file itself there")
    if status.st_size > limits.file_bytes:
        return refused(shown(name), f"it is larger than {limits.file_bytes:,} bytes; cut it into parts")
    return SourceFile(checked, None, lambda _: file)


class Meter:
    """Counts what an archive gave, and stops it: by file, altogether, and by how much it grew."""

    def __init__(self, source: Path, limits: SourceLimits) -> None:
        self._source, self._limits = source, limits
        self._size = max(1, source.stat().st_size)
        self.total = 0

    def add(self, count: int) -> None:
        """``count`` more bytes came out of the archive. Raises ``ArchiveBombError``."""
        self.total += count
        if self.total > self._limits.total_bytes:
            raise ArchiveBombError(f"{self._source}: it holds more than {self._limits.total_bytes:,} bytes; split it")
        if self.total > self._limits.ratio_floor and self.total > self._limits.ratio * self._size:
            raise ArchiveBombError(
                f"{self._source}: it grows to more than {self._limits.ratio} times its size; it looks like a bomb, "
                "unpack it yourself if you trust it"
            )

    def write(self, stream: BinaryIO, place: Path, *, counted: bool) -> Path:
        """Write an entry out, no more than one file may hold; ``counted`` if its bytes are counted here."""
        try:
            with place.open("xb") as out:
                written = 0
                while chunk := stream.read(_CHUNK):
                    written += len(chunk)
                    if written > self._limits.file_bytes:
                        raise BadInputError(f"the entry is larger than {self._limits.file_bytes:,} bytes; cut it")
                    if counted:
                        self.add(len(chunk))
                    try:
                        out.write(chunk)
                    except OSError as error:
                        raise UnavailableError(
                            f"{place.parent}: can't be written to ({error.strerror}); make room and import again"
                        ) from error
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return place


class ArchiveBombError(BadInputError):
    """An archive that holds more than it may: the whole of it is refused, not one entry."""
