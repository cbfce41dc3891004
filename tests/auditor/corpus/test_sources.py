"""Folders, lists and archives, the archives hostile."""

import bz2
import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.corpus import ArchiveBombError, SourceLimits, open_source
from auditor.errors import BadInputError

NOISE = random.Random(7).randbytes(500)
HOSTILE = ["/etc/passwd", "../up.png", "a/../../up.png", "C:\\boot.ini", "..\\up.png", "a\nb.png"]


def read(path: Path, folder: Path, limits: SourceLimits | None = None) -> tuple[dict[str, bytes], dict[str, str]]:
    """Contents by name and reasons by name; whatever is written stays in ``folder``."""
    folder.mkdir(exist_ok=True)
    contents, reasons = {}, {}
    for number, file in enumerate(open_source(path, limits=limits).files()):
        if file.refused:
            reasons[file.name] = file.refused
            continue
        try:
            contents[file.name] = file.fetch(folder / str(number)).read_bytes()
        except ArchiveBombError:
            raise
        except BadInputError as error:
            reasons[file.name] = str(error)
    return contents, reasons


def tar(path: Path, entries: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for info, content in entries:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def test_a_folder_without_its_links(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "stills").mkdir(parents=True)
    (corpus / "stills" / "a.png").write_bytes(b"a")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.png").write_bytes(b"s")
    (corpus / "folder").symlink_to(tmp_path / "secret")
    (corpus / "file.png").symlink_to(tmp_path / "secret" / "s.png")
    os.mkfifo(corpus / "pipe")
    os.mknod(os.fsencode(corpus) + b"/\xff.png")
    contents, reasons = read(corpus, tmp_path / "out")
    assert contents == {"stills/a.png": b"a"}
    assert "link" in reasons["folder"]
    assert "link" in reasons["file.png"]
    assert "regular" in reasons["pipe"]
    assert len(reasons) == 4


def test_a_list(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a b.png").write_bytes(b"a")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "o.png").write_bytes(b"o")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    listing = tmp_path / "in" / "list.txt"
    listing.write_text("# ours\r\na b.png\r\n\n./a b.png\n../out/o.png\nlink/o.png\nnone.png\n/etc/passwd\n")
    contents, reasons = read(listing, tmp_path / "unused")
    assert contents == {"a b.png": b"a"}
    assert set(reasons) == {"./a b.png", "../out/o.png", "link/o.png", "none.png", "/etc/passwd"}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_gives_its_files_and_nothing_else(tmp_path: Path, mode: str) -> None:
    names = ["./a.png", "sub/b.png", *HOSTILE[:3], "a.png"]
    entries = [(entry("sub", tarfile.DIRTYPE), b""), *((entry(name), name.encode()) for name in names)]
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        entries.append((entry(f"kind-{kind.decode()}", kind, "/etc/passwd"), b""))
    path = tar(tmp_path / "corpus.tar", entries, mode)
    contents, reasons = read(path, tmp_path / "out")
    assert contents == {"a.png": b"./a.png", "sub/b.png": b"sub/b.png"}
    assert len(reasons) == 3 + 1 + 5
    assert "same name" in reasons["a.png"]
    assert {file.name for file in (tmp_path / "out").iterdir()} <= {str(n) for n in range(20)}


def test_a_tar_entry_that_was_not_asked_for_is_passed_over(tmp_path: Path) -> None:
    path = tar(tmp_path / "c.tar", [(entry("big"), bytes(300_000)), (entry("small"), b"s")])
    limits = SourceLimits(header_bytes=20_000)
    files = open_source(path, limits=limits).files()
    assert next(files).name == "big"
    assert next(files).fetch(tmp_path / "small").read_bytes() == b"s"
    assert next(files, None) is None


def test_a_zip_gives_its_files_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "corpus.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sub/", b"")
        for name in ("sub/b.png", *HOSTILE):
            archive.writestr(name, name.encode())
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        device = zipfile.ZipInfo("device")
        device.external_attr = 0o020666 << 16
        archive.writestr(device, b"")
        archive.writestr(zipfile.ZipInfo("lzma.png"), b"x" * 100, compress_type=zipfile.ZIP_LZMA)
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as nested:
            nested.writestr("inside.png", b"i")
        archive.writestr("inner.zip", inner.getvalue())
    contents, reasons = read(path, tmp_path / "out")
    assert set(contents) == {"sub/b.png", "inner.zip"}  # which is one more file, and no picture
    assert len(reasons) == len(HOSTILE) + 3


def test_an_encrypted_zip_entry(tmp_path: Path) -> None:
    path = tmp_path / "corpus.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.png", b"a")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # directory
    path.write_bytes(data)
    contents, reasons = read(path, tmp_path / "out")
    assert not contents
    assert "password" in reasons["a.png"]


BOMB = SourceLimits(ratio=50, ratio_floor=100_000, total_bytes=10_000_000, file_bytes=5_000_000, header_bytes=65_536)


def test_bombs_are_stopped_by_what_comes_out_of_them(tmp_path: Path) -> None:
    zeros = bytes(3_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", zeros)
    packed = tar(tmp_path / "bomb.tar", [(entry("a.png"), zeros)]).read_bytes()
    for kind, module in (("gz", gzip), ("bz2", bz2), ("xz", lzma)):
        (tmp_path / f"bomb.tar.{kind}").write_bytes(module.compress(packed))  # type: ignore[attr-defined]
    for name in ("bomb.zip", "bomb.tar.gz", "bomb.tar.bz2", "bomb.tar.xz"):
        with pytest.raises(ArchiveBombError, match="bomb"):
            read(tmp_path / name, tmp_path / "out", BOMB)
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(ArchiveBombError, match="bomb"):  # unpacked to be passed over is unpacked all the same
        list(open_source(tmp_path / "bomb.tar.gz", limits=BOMB).files())


def test_limits_of_files_entries_and_totals(tmp_path: Path) -> None:
    path = tar(tmp_path / "c.tar", [(entry("a"), bytes(900)), (entry("b"), bytes(10))])
    contents, reasons = read(path, tmp_path / "out", SourceLimits(file_bytes=500))
    assert set(contents) == {"b"}
    assert "larger" in reasons["a"]
    with pytest.raises(BadInputError, match="entries"):
        read(path, tmp_path / "out2", SourceLimits(entries=1))
    with pytest.raises(ArchiveBombError, match="more than"):
        read(path, tmp_path / "out3", SourceLimits(total_bytes=1000))


def test_a_lying_header_does_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "corpus.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(1_000_000))
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 22, 10)  # says that it holds ten bytes
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(data)
    contents, reasons = read(path, tmp_path / "out")
    assert not contents
    assert "a.png" in reasons


def test_overlapping_zip_entries(tmp_path: Path) -> None:
    path = tmp_path / "corpus.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.png", b"a" * 100)
        archive.writestr("b.png", b"b" * 100)
        archive.getinfo("b.png").header_offset = 0  # the directory sends both to the first
    contents, reasons = read(path, tmp_path / "out")
    assert "b.png" not in contents
    assert "b.png" in reasons


def test_a_tar_whose_header_would_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "corpus.tar"
    extended = tarfile.TarInfo("x")
    extended.type, extended.size = tarfile.XHDTYPE, 4_000_000
    path.write_bytes(extended.tobuf() + bytes(4_000_000))
    with pytest.raises(BadInputError, match="headers"):
        read(path, tmp_path / "out", SourceLimits(header_bytes=1_000_000))
    extended.size = 512
    many = (extended.tobuf() + b"20 comment=12345678\n".ljust(512, b"\0")) * 900
    path.write_bytes(many)
    with pytest.raises(BadInputError):
        read(path, tmp_path / "out")


def test_a_tar_whose_header_announces_more_than_there_is(tmp_path: Path) -> None:
    lying = entry("a.png")
    lying.size = 2**60  # passed over in steps of ten kilobytes it would take years
    path = tmp_path / "corpus.tar"
    path.write_bytes(lying.tobuf(tarfile.GNU_FORMAT) + bytes(20_000))
    for ask in (True, False):
        files = open_source(path).files()
        file = next(files)
        if ask:
            with pytest.raises(BadInputError, match="can't be read"):
                file.fetch(tmp_path / "out")
        with pytest.raises(BadInputError, match=r"no readable tar"):
            next(files)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [-1, -512, -1024, -(2**40)])
def test_a_tar_that_sends_its_reader_back(tmp_path: Path, size: int) -> None:
    honest, lying, path = entry("a.png"), entry("b.png"), tmp_path / "corpus.tar"
    lying.size = size
    path.write_bytes(honest.tobuf() + lying.tobuf(tarfile.GNU_FORMAT) + honest.tobuf() + bytes(10_240))
    with pytest.raises(BadInputError, match="negative"):
        read(path, tmp_path / "out")
    record = f" size={size}\n".encode()
    record = f"{len(record) + 2}".encode() + record
    extended = entry("x", tarfile.XHDTYPE)
    extended.size = len(record)
    path.write_bytes(honest.tobuf() + extended.tobuf() + record.ljust(512, b"\0") + honest.tobuf() + bytes(10_240))
    try:
        contents, _ = read(path, tmp_path / "out2")
    except BadInputError:
        return
    assert set(contents.values()) <= {b""}


def test_tar_headers_that_take_the_square_of_their_length(tmp_path: Path) -> None:
    long, path = entry("x", tarfile.XHDTYPE), tmp_path / "corpus.tar"
    long.size = 500_000
    path.write_bytes(long.tobuf() + b"1" * 500_224 + entry("a.png").tobuf() + bytes(10_240))
    with pytest.raises(ArchiveBombError, match="headers"):  # at once, not after minutes
        read(path, tmp_path / "out")
    names = {f"{'n' * 120}/{number}.png": b"x" for number in range(50)}
    tar(path, [(entry(name), content) for name, content in names.items()])  # long names are extended headers too
    assert read(path, tmp_path / "out") == (names, {})


def test_a_zip_whose_directory_would_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "corpus.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2000):
            archive.writestr(f"{number:0200}.png", b"")
    with pytest.raises(BadInputError, match="headers"):
        read(path, tmp_path / "out", SourceLimits(directory_bytes=100_000))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c"]
)
def test_what_is_no_corpus(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "corpus.bin"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"corpus\.bin"):
        read(path, tmp_path / "out")


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No such file"):
        open_source(tmp_path / "none.zip")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_archives_are_refused_or_read(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    kind = data.draw(st.sampled_from(["tar", "tar.gz", "tar.xz", "zip"]))
    path = folder / f"c.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.png", b"a" * 2000)
            archive.writestr("b.png", NOISE)
    else:
        tar(path, [(entry("a.png"), b"a" * 2000), (entry("b.png"), NOISE)], f"w:{kind[4:]}")
    damaged = bytearray(path.read_bytes())
    place = st.floats(0, 1).map(lambda share: 6 + int(share * (len(damaged) - 7)))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(place)] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged[: data.draw(place) + 1] if data.draw(st.booleans()) else damaged)
    try:
        contents, _ = read(path, folder / "out", BOMB)
    except BadInputError:
        return
    assert sum(map(len, contents.values())) <= BOMB.total_bytes
