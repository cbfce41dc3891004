"""A thousand single bytes changed at random in signed files of eight kinds: none is called trusted, unless the standard
leaves the byte out of the signature; then it is among those that are reported as not covered, and nothing shown changed."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.provenance import FileSigner, TrustList, VerificationReport, verify
from tests.auditor.provenance import foreign

SEED, MUTATIONS = 20261127, 1000


@pytest.fixture(scope="module")
def signed(
    signer: FileSigner, trust: TrustList, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, VerificationReport]]:
    directory = tmp_path_factory.mktemp("kinds")
    found = {}
    for name, (path, kind) in foreign.samples(directory).items():
        out = foreign.bare_sign(path, directory / f"signed-{path.name}", signer, trust, kind=kind)
        found[name] = (out, verify(out, trust=trust))
        assert found[name][1].state == "Trusted", name
        assert found[name][1].uncovered, f"the record of the {name} itself is never covered"
    return found


def stated(report: VerificationReport) -> VerificationReport:
    """What a reader is told, without where the gaps lie."""
    return replace(report, uncovered=(), notes=())


def test_no_changed_byte_is_trusted_unless_it_is_reported_as_not_covered(
    signed: dict[str, tuple[Path, VerificationReport]], trust: TrustList, tmp_path: Path
) -> None:
    draw = random.Random(SEED)
    counted = {"found": 0, "left out": 0}
    names = sorted(signed)
    for number in range(MUTATIONS):
        path, before = signed[names[number % len(names)]]
        contents = bytearray(path.read_bytes())
        at = draw.randrange(len(contents))
        contents[at] ^= draw.randrange(1, 256)
        changed = tmp_path / path.name
        changed.write_bytes(contents)
        report = verify(changed, trust=trust)
        if report.state != "Trusted":
            counted["found"] += 1
            assert all(reason.plain and reason.code for reason in report.reasons)
            continue
        counted["left out"] += 1
        parts = [part for part in report.uncovered if part.offset <= at < part.offset + part.bytes]
        assert parts, f"byte {at} of {path.name} changed unnoticed"
        assert stated(report) == stated(before), f"byte {at} of {path.name} changed what is said of it"
    assert counted["found"] > MUTATIONS // 2, counted
    assert counted["left out"] > 10, counted


@pytest.mark.parametrize("name", ["mp4", "jpeg", "png", "wav", "webp", "gif", "tiff", "svg"])
def test_every_byte_outside_what_is_left_out_is_covered(
    signed: dict[str, tuple[Path, VerificationReport]], trust: TrustList, tmp_path: Path, name: str
) -> None:
    """The gaps are not drawn wider than they are: bytes just beside them are found out."""
    path, report = signed[name]
    contents = path.read_bytes()
    gaps = [range(part.offset, part.offset + part.bytes) for part in report.uncovered]
    edges = {place for gap in gaps for place in (gap.start - 1, gap.stop) if 0 <= place < len(contents)}
    for at in sorted(edges - {place for gap in gaps for place in gap}):
        changed = bytearray(contents)
        changed[at] ^= 0x01
        (tmp_path / path.name).write_bytes(changed)
        assert verify(tmp_path / path.name, trust=trust).state != "Trusted", (name, at)
