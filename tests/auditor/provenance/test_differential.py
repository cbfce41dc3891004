"""Our verdict beside the reference reader's on files that others made: they agree, or ours is worse and says why."""

import io
import site
import sys
from collections.abc import Iterator
from pathlib import Path

import c2pa
import pytest

from auditor.provenance import DevelopmentAuthority, FileSigner, TrustList, verify
from tests.auditor.provenance import foreign
from tests.auditor.provenance.agreement import disagreement, reference
from tests.auditor.provenance.conftest import flip

#: What could carry a record. Larger files than this are documentation, and cost more time than they show.
ENDINGS = (
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".webp",
    ".tif",
    ".tiff",
    ".svg",
    ".mp4",
    ".mov",
    ".wav",
    ".mp3",
    ".avi",
    ".pdf",
)
MOST_BYTES = 4_000_000


def installed() -> Iterator[Path]:
    """Media of other people that came with the installed packages."""
    roots = {Path(root) for root in [*site.getsitepackages(), *sys.path] if "site-packages" in root}
    for root in sorted(roots):
        for path in sorted(root.rglob("*")):
            if path.suffix.lower() in ENDINGS and path.is_file() and path.stat().st_size <= MOST_BYTES:
                yield path


def test_files_of_installed_packages(trust: TrustList) -> None:
    seen, wrong = 0, []
    for path in installed():
        seen += 1
        if said := disagreement(verify(path, trust=trust), reference(path, trust)):
            wrong.append(f"{path}: {said}")
    assert seen > 50, "the packages that are installed carry media"
    assert not wrong, "\n".join(wrong)


def shapes(
    directory: Path, signer: FileSigner, trust: TrustList, stranger: FileSigner, theirs: TrustList
) -> Iterator[tuple[str, Path]]:
    """Files that other tools could have made, each in another shape."""
    files = foreign.samples(directory)
    film, _ = files["mp4"]
    for name, (path, kind) in files.items():
        for who, (by, list_) in {"ours": (signer, trust), "stranger": (stranger, theirs)}.items():
            yield (
                f"{name} by {who}",
                foreign.bare_sign(path, directory / f"{who}-{path.name}", by, list_, kind=kind),
            )
    signed = {who: (directory / f"{who}-film.mp4").read_bytes() for who in ("ours", "stranger")}
    spoilt = bytearray(signed["ours"])
    spoilt[spoilt.rindex(b"mdat") + 500] ^= 1
    parts = {
        "a signed part": signed["ours"],
        "a stranger's part": signed["stranger"],
        "a spoilt part": bytes(spoilt),
        "an unsigned part": film.read_bytes(),
    }
    for title, contents in parts.items():
        for relationship in ("componentOf", "inputTo", "parentOf"):
            out = directory / f"{title}-{relationship}.mp4"
            part = ({"title": title, "relationship": relationship}, "video/mp4", contents)
            yield f"{title} as {relationship}", foreign.bare_sign(film, out, signer, trust, ingredients=[part])
            two = [
                part,
                ({"title": "another", "relationship": "componentOf"}, "image/png", files["png"][0].read_bytes()),
            ]
            if relationship != "parentOf":
                yield (
                    f"{title} as {relationship} by a stranger",
                    foreign.bare_sign(film, directory / f"s-{out.name}", stranger, theirs, ingredients=two),
                )
    for title in parts:
        inner = (directory / f"{title}-componentOf.mp4").read_bytes()
        part = ({"title": f"cut of {title}", "relationship": "componentOf"}, "video/mp4", inner)
        yield (
            f"{title}, two deep",
            foreign.bare_sign(film, directory / f"2-{title}.mp4", signer, trust, ingredients=[part]),
        )
    old = foreign.DEFINITION | {"claim_version": 1, "claim_generator": "Old tool/1"}
    yield "claim of version 1", foreign.bare_sign(film, directory / "old.mp4", signer, trust, definition=old)
    yield (
        "leaves",
        foreign.bare_sign(
            film, directory / "leaves.mp4", signer, trust,
            core={"merkle_tree_chunk_size_in_kb": 16, "merkle_tree_max_proofs": 0},
        ),
    )  # fmt: skip
    picture = foreign.DEFINITION | {"thumbnail": {"format": "image/png", "identifier": "thumb"}}
    yield (
        "a picture of itself",
        foreign.bare_sign(
            film, directory / "thumb.mp4", signer, trust, definition=picture,
            edit=lambda builder: builder.add_resource("thumb", io.BytesIO(files["png"][0].read_bytes())),
        ),
    )  # fmt: skip
    yield (
        "kept elsewhere",
        foreign.bare_sign(
            film, directory / "remote.mp4", signer, trust,
            edit=lambda builder: (builder.set_no_embed(), builder.set_remote_url("https://example.org/film.c2pa")),
        ),
    )  # fmt: skip
    yield (
        "an edit",
        foreign.bare_sign(
            directory / "ours-film.mp4", directory / "edit.mp4", signer, trust,
            definition={**foreign.DEFINITION, "assertions": []},
            edit=lambda builder: builder.set_intent(c2pa.C2paBuilderIntent.EDIT),
        ),
    )  # fmt: skip
    yield (
        "an update",
        foreign.bare_sign(
            directory / "ours-picture.jpeg", directory / "update.jpeg", signer, trust, kind="image/jpeg",
            definition={**foreign.DEFINITION, "assertions": []},
            edit=lambda builder: builder.set_intent(c2pa.C2paBuilderIntent.UPDATE),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(
    signer: FileSigner,
    trust: TrustList,
    impostor: DevelopmentAuthority,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[tuple[str, Path]]:
    stranger, theirs = FileSigner.open(impostor.directory), TrustList.open(impostor.directory)
    return list(shapes(tmp_path_factory.mktemp("shapes"), signer, trust, stranger, theirs))


def test_files_that_other_tools_could_have_made(
    made: list[tuple[str, Path]], trust: TrustList, impostor: DevelopmentAuthority
) -> None:
    lists = {"ours": trust, "nobody": None, "theirs": TrustList.open(impostor.directory)}
    wrong, states = [], set()
    for name, path in made:
        for whose, chosen in lists.items():
            said = reference(path, chosen)
            report = verify(path, trust=chosen)
            states.add((said, report.state))
            if bad := disagreement(report, said):
                wrong.append(f"{name}, trusting {whose}: {bad}: {[one.code for one in report.reasons]}")
    assert not wrong, "\n".join(wrong)
    assert {("Trusted", "Trusted"), ("Valid", "Valid"), ("Trusted", "Changed")} <= states, states


def test_the_same_files_with_a_byte_changed(made: list[tuple[str, Path]], trust: TrustList, tmp_path: Path) -> None:
    wrong = []
    for name, path in made:
        size = path.stat().st_size
        for share in (0.11, 0.37, 0.63, 0.98):
            changed = tmp_path / path.name
            changed.write_bytes(path.read_bytes())
            flip(changed, int(size * share))
            if bad := disagreement(verify(changed, trust=trust), reference(changed, trust)):
                wrong.append(f"{name} at {share}: {bad}")
    assert not wrong, "\n".join(wrong)
