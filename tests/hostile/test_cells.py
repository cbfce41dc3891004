"""The nursery and its cells: a process for each file, nothing of ours within reach, and no harm from a death."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.media import probe, sample_frames
from auditor.media.cells import cell
from auditor.media.errors import MediaError
from tests.clips import BIKES, BUNNY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def children_of(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def nursery() -> int:
    found = [
        pid for pid in children_of(os.getpid()) if b"auditor.media.nursery" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert len(found) == 1
    return found[0]


def eventually(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_each_file_has_a_process_that_holds_only_its_file_and_pipe() -> None:
    first, second = sample_frames(BUNNY, fps=0), sample_frames(BIKES, fps=0)
    next(first), next(second)
    cells = children_of(nursery())
    assert len(cells) == 2
    held = [sorted(str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()) for pid in cells]
    opened = [{target for target in targets if not target.startswith(("pipe:", "/dev/null"))} for targets in held]
    assert opened == [{str(BUNNY.resolve())}, {str(BIKES.resolve())}]
    first.close(), second.close()  # type: ignore[attr-defined]
    assert children_of(nursery()) == []


def test_the_environment_of_the_nursery_holds_nothing_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from auditor.media import probe\n"
        "probe(Path(sys.argv[1]))\n"
        "child = Path(f'/proc/{os.getpid()}/task/{os.getpid()}/children').read_text().split()[0]\n"
        "sys.stdout.write(Path(f'/proc/{child}/environ').read_text())\n"
    )
    monkeypatch.setenv("REELPROOF_SECRET_KEY", "the-secret")
    done = subprocess.run([sys.executable, "-c", code, str(BUNNY)], capture_output=True, text=True, check=True)
    assert "PYTHONPATH" in done.stdout
    assert "the-secret" not in done.stdout


def test_a_nursery_that_dies_takes_its_cells_along_and_is_made_anew() -> None:
    frames = sample_frames(BUNNY, fps=0)
    next(frames)
    before = nursery()
    (inmate,) = children_of(before)
    os.kill(inmate, signal.SIGKILL)
    os.kill(before, signal.SIGKILL)
    with pytest.raises(MediaError, match="the decoder stopped"):
        list(frames)
    assert probe(BUNNY).frames > 0
    assert nursery() != before


def test_a_process_that_is_killed_leaves_no_cell_behind() -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from auditor.media import sample_frames\n"
        "frames = sample_frames(Path(sys.argv[1]), fps=0)\n"
        "next(frames)\n"
        "print('started', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(BUNNY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        (its_nursery,) = children_of(process.pid)
        cells = children_of(its_nursery)
        assert len(cells) == 1
        process.kill()
        process.wait()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in [its_nursery, *cells]))


def test_a_forked_process_has_a_nursery_of_its_own() -> None:
    probe(BUNNY)
    ours = nursery()
    child = os.fork()
    if child == 0:
        try:
            seen = probe(BUNNY).frames > 0 and nursery() != ours
        finally:
            os._exit(0 if seen else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert probe(BUNNY).frames > 0
    assert nursery() == ours


def test_a_cell_says_how_it_ended() -> None:
    with BUNNY.open("rb") as media, cell({"command": "nonsense", "max_pixels": 1}, media.fileno()) as decoder:
        decoder.output.read()
        assert decoder.wait() == 1
