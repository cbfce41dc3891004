"""Zip and tar archives as sources. Both are read in memory of bounded size and never written out by their own names."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from auditor.corpus.sources import ArchiveBombError, Meter, Names, SourceFile, SourceLimits, refused, shown
from auditor.errors import BadInputError

#: What the readers raise for damaged archives; OSError covers gzip's and bz2's own.
_DAMAGED = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError,
    NotImplementedError, RuntimeError, IndexError,
)  # fmt: skip
_OPENERS: dict[str, Callable[[Path], Any]] = {
    "tar": lambda path: path.open("rb"),
    "gz": lambda path: gzip.GzipFile(path),
    "bz2": lambda path: bz2.BZ2File(path),
    "xz": lambda path: io.BufferedReader(_BoundedXz(path)),
}
_MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
#: xz may ask for a window of 4 GB; ``xz -9`` needs 65 MB.
_XZ_MEMORY = 128 * 1024**2
_ENCRYPTED = 0x1
#: LZMA inside a zip names its own window, up to 4 GB; what zips are made with are these.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
#: Extended headers of a tar, in bytes: a name has up to 2 KB, the rest are attributes. ``tarfile`` of Python 3.12.1 takes
#: seconds for 32 KB of digits (CVE-2024-6232), growing with the square: so the squares have a sum that they may reach.
_MAX_EXTENDED = 8 * 1024
_MAX_EFFORT = 2_000_000 * 512**2
_EXTENDED = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip
#: Reads at the end of a tar that are answered with nothing: ``tarfile`` needs a few, and would go on for as long as a
#: lying header says.
_MAX_EMPTY = 8
_HEADERS = "the archive's headers are larger than any real ones; pack it again"


def tar_kind(path: Path, head: bytes) -> str | None:
    """How the tar is packed, by its first 512 bytes; ``None`` if it is none."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    return "tar" if head[257:262] == b"ustar" or path.suffix.lower() == ".tar" else None


class ZipSource:
    """The entries of a zip."""

    def __init__(self, path: Path, limits: SourceLimits) -> None:
        self.path = path
        self._limits = limits

    def files(self) -> Iterator[SourceFile]:
        names, meter = Names(self.path, self._limits), Meter(self.path, self._limits)
        with self.path.open("rb") as raw:
            stream = _Allowance(raw, self._limits.directory_bytes)
            try:
                archive = zipfile.ZipFile(cast(BinaryIO, stream))
            except _DAMAGED as error:
                raise BadInputError(f"{self.path}: no readable zip ({error}); pack it again") from error
            stream.left = None  # the directory is read; what entries give is metered
            with archive:
                for entry in archive.infolist():
                    names.count()
                    if not entry.is_dir():
                        yield self._file(archive, entry, names, meter)

    def _file(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, names: Names, meter: Meter) -> SourceFile:
        name = entry.orig_filename
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            what = "a link" if kind == stat.S_IFLNK else "no regular file"
            return refused(shown(name), f"it is {what}; put the file itself there")
        if entry.flag_bits & _ENCRYPTED:
            return refused(shown(name), "it is encrypted; pack it without a password")
        if entry.compress_type not in _METHODS:
            return refused(shown(name), "it is packed by a method that is not read here; pack it with deflate")
        try:
            checked = names.checked(name)
        except BadInputError as error:
            return refused(shown(name), str(error))

        def fetch(place: Path) -> Path:
            try:
                with archive.open(entry) as stream:
                    return meter.write(cast(BinaryIO, stream), place, counted=True)
            except BadInputError:
                raise
            except _DAMAGED as error:
                raise BadInputError(f"the entry can't be read ({error}); pack it again") from error

        return SourceFile(checked, None, fetch)


class TarSource:
    """The entries of a tar, read once from front to back, so that no header can send the reader to and fro."""

    def __init__(self, path: Path, kind: str, limits: SourceLimits) -> None:
        self.path = path
        self._kind = kind
        self._limits = limits

    def files(self) -> Iterator[SourceFile]:
        names, meter = Names(self.path, self._limits), Meter(self.path, self._limits)
        try:
            with _OPENERS[self._kind](self.path) as unpacked:
                stream = _Allowance(unpacked, self._limits.header_bytes, meter)
                with tarfile.open(
                    fileobj=cast(BinaryIO, stream), mode="r|", errorlevel=1, tarinfo=_bounded()
                ) as archive:
                    while (entry := self._next(archive, stream)) is not None:
                        names.count()
                        cast(Any, archive).members.clear()  # it would keep every header
                        if not entry.isdir():
                            yield self._file(archive, entry, stream, names, meter)
        except BadInputError:
            raise
        except _DAMAGED as error:
            raise BadInputError(f"{self.path}: no readable tar ({error}); pack it again") from error

    def _next(self, archive: tarfile.TarFile, stream: "_Allowance") -> tarfile.TarInfo | None:
        """The next header. What is left of the entry before it is passed over, in steps, and not held in memory."""
        if archive.offset:
            position = cast(Any, archive.fileobj).tell()
            stream.left = self._limits.header_bytes + max(0, archive.offset - position)
        return archive.next()

    def _file(
        self, archive: tarfile.TarFile, entry: tarfile.TarInfo, stream: "_Allowance", names: Names, meter: Meter
    ) -> SourceFile:
        if entry.issym() or entry.islnk():
            return refused(shown(entry.name), "it is a link; put the file itself there")
        if not entry.isreg() or entry.issparse():
            return refused(shown(entry.name), "it is no regular file; pack it as one")
        try:
            checked = names.checked(entry.name)
        except BadInputError as error:
            return refused(shown(entry.name), str(error))

        def fetch(place: Path) -> Path:
            stream.left = None  # the meter counts what the entry holds
            try:
                return meter.write(cast(BinaryIO, archive.extractfile(entry)), place, counted=False)
            except BadInputError:
                raise
            except _DAMAGED as error:
                raise BadInputError(f"the entry can't be read ({error}); pack it again") from error

        return SourceFile(checked, None, fetch)


def _bounded() -> type[tarfile.TarInfo]:
    """The headers of one tar, of which the extended ones may be neither long nor long and many."""
    effort = 0

    class Header(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            nonlocal effort
            header = super().frombuf(buf, encoding, errors)
            if header.size < 0:  # older versions of tarfile go back and round for ever (CVE-2025-8194)
                raise tarfile.ReadError("an entry of negative size")
            if header.type in _EXTENDED:
                effort += header.size**2
                if header.size > _MAX_EXTENDED or effort > _MAX_EFFORT:
                    raise ArchiveBombError(_HEADERS)
            return header

    return Header


class _Allowance:
    """A stream that gives ``left`` more bytes and then refuses (``None``: no such limit); a meter counts what it gave."""

    def __init__(self, stream: BinaryIO, left: int, meter: Meter | None = None) -> None:
        self._stream = stream
        self._meter = meter
        self._empty = 0
        self.left: int | None = left

    def read(self, size: int = -1) -> bytes:
        if self.left is not None and size > self.left:
            raise ArchiveBombError(_HEADERS)
        if self.left is not None and size < 0:
            size = self.left + 1
        data = self._stream.read(size)
        if not data and size:
            self._empty += 1
            if self._empty > _MAX_EMPTY:
                raise EOFError("it ends before what its headers announce")
        if self.left is not None:
            self.left -= len(data)
            if self.left < 0:
                raise ArchiveBombError(_HEADERS)
        if self._meter is not None:
            self._meter.add(len(data))
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """The one who opened it closes it."""


class _BoundedXz(io.RawIOBase):
    """An .xz file read with bounded memory, which ``lzma.open`` has no word for."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._decoder.eof:
            piece = self._raw.read(64 * 1024) if self._decoder.needs_input else b""
            if self._decoder.needs_input and not piece:
                raise EOFError("the file ends before its end marker")
            data = self._decoder.decompress(piece, len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)
        return 0

    def close(self) -> None:
        self._raw.close()
        super().close()
