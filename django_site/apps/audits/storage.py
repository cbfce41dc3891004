"""Files by their digest, in two storages that share nothing: quarantine and released.

A file is streamed to a temporary name in the storage's own directory, hashed on the way, fsynced and renamed to
``<first two>/<sha256>``: there is never a half-written file under a final name, and no name that a client chose.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from auditor.files import sync_directory
from django_site.errors import InputError, StorageDamagedError, disk_full

#: Bytes read at once: large enough for disks, small enough for many uploads at a time.
BLOCK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What was written: the SHA-256 (hex) and the number of bytes."""

    sha256: str
    bytes: int


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


class DirectoryZone:
    """A zone in a local directory that only the site's own user can read."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where the file of that digest lies; it need not exist."""
        return self.root / sha256[:2] / sha256

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def store(self, stream: BinaryIO, *, limit: int | None = None) -> StoredFile:
        """Write a stream. Raises ``InputError`` if it is empty or longer than ``limit`` bytes and ``DiskFullError`` where
        there is no room for it; then nothing is left."""
        incoming = self.root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = incoming / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                for block in _blocks(stream):
                    size += len(block)
                    if limit is not None and size > limit:
                        raise InputError(f"the file is larger than {limit:,} bytes; export a smaller one")
                    digest.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            if not size:
                raise InputError("the file is empty; choose another")
            final = self.path(digest.hexdigest())
            final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._locked(fcntl.LOCK_SH):
                temporary.replace(final)
            sync_directory(final.parent)
        except OSError as error:
            if full := disk_full(error):
                raise full from error
            raise
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        return StoredFile(digest.hexdigest(), size)

    def checked(self, sha256: str) -> Path:
        """The path, after reading every byte: raises ``StorageDamagedError`` if they aren't those of the digest."""
        path = self.path(sha256)
        try:
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            raise StorageDamagedError(
                f"the file {sha256[:12]}… is missing from storage; restore it from a backup"
            ) from None
        if found != sha256:
            raise StorageDamagedError(f"the file {sha256[:12]}… has changed on disk; restore it from a backup")
        return path

    def remove(self, sha256: str) -> None:
        """Delete the file, if it is there."""
        with suppress(FileNotFoundError):
            self.path(sha256).unlink()

    def sweep(self, *, referenced: Callable[[set[str]], set[str]], before: float) -> int:
        """Delete files that no row names and that were written before that time (seconds since 1970): what a process
        that died left behind. ``referenced`` answers which of these digests a row names. Returns how many were deleted.

        Writing the same bytes again makes a file young again, and waits while it is being deleted: whoever stores a
        file and then its row keeps it, as long as no more than the grace period lies between the two.
        """
        removed = 0
        for temporary in self._old(self.root / "incoming", before):
            temporary.unlink(missing_ok=True)
            removed += 1
        for directory in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            old = {path.name for path in self._old(directory, before) if _DIGEST.fullmatch(path.name)}
            for sha256 in old - referenced(old) if old else ():
                removed += self.remove_unnamed(sha256, referenced=referenced, before=before)
        return removed

    def remove_unnamed(self, sha256: str, *, referenced: Callable[[set[str]], set[str]], before: float) -> bool:
        """Delete one file, unless a row names it or it was written again since ``before``. Returns whether it went."""
        if not self.root.is_dir():
            return False
        with self._locked(fcntl.LOCK_EX):
            if not _written_before(self.path(sha256), before) or referenced({sha256}):
                return False
            self.remove(sha256)
            return True

    def _old(self, directory: Path, before: float) -> list[Path]:
        if not directory.is_dir():
            return []
        return [path for path in directory.iterdir() if _written_before(path, before)]

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Hold the zone's lock: shared to put a file in place, exclusive to delete one that nobody names."""
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def _written_before(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False
