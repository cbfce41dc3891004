"""Real, tiny media and real certificates: two authorities of one name, so that copying a name can be tried."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from auditor.provenance import (
    Action,
    DevelopmentAuthority,
    FileSigner,
    Ingredient,
    ManifestDraft,
    ModelDisclosure,
    SignedOutput,
    TrustList,
    sign,
)

WHEN = "2026-11-22T10:00:00Z"


def write_mp4(path: Path, seed: int = 0, frames: int = 24) -> Path:
    """A moving texture, 160x96 at 12 frames a second, H.264."""
    rng = np.random.default_rng(seed)
    texture = rng.integers(0, 255, (96, 160, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.roll(texture, number * 3, axis=1), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def picture(path: Path, seed: int = 0) -> Path:
    """Coloured noise, 64x48, in the format that the suffix says (PDF included)."""
    noise = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    return path


def draft(title: str = "Harbour", **changes: object) -> ManifestDraft:
    values: dict[str, object] = {
        "title": title,
        "media_type": "video/mp4",
        "digital_source_type": "algorithmicMedia",
        "actions": (Action("c2pa.created", WHEN, software="previz 1.0"),),
        "model": ModelDisclosure("previz", "1.0", "ab" * 32, "Apache-2.0"),
        "kind": "take",
    }
    return ManifestDraft(**(values | changes))  # type: ignore[arg-type]


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(data)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("media")
    return {
        name: write_mp4(directory / f"{name}.mp4", seed) for seed, name in enumerate(("cut", "shot", "other"), start=1)
    }


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    return DevelopmentAuthority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def impostor(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    """Another authority that calls itself exactly the same."""
    return DevelopmentAuthority.create(tmp_path_factory.mktemp("impostor"))


@pytest.fixture(scope="session")
def signer(authority: DevelopmentAuthority) -> FileSigner:
    return FileSigner.open(authority.identity_directory)


@pytest.fixture(scope="session")
def trust(authority: DevelopmentAuthority) -> TrustList:
    return TrustList.open(authority.directory)


@pytest.fixture(scope="session")
def _signed(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, SignedOutput]:
    directory = tmp_path_factory.mktemp("signed")
    shot = sign(media["shot"], directory / "shot.mp4", draft=draft("Shot 1"), signer=signer, trust=trust)
    ingredients = (
        Ingredient("video/mp4", "componentOf", "Shot 1", path=shot.path, label="shot-1"),
        Ingredient("text/plain", "inputTo", "Screenplay", data=b"INT. HARBOUR - NIGHT", label="screenplay"),
    )
    actions = (
        Action("c2pa.created", WHEN, ingredients=("screenplay",)),
        Action("c2pa.placed", "2026-11-22T10:05:00Z", ingredients=("shot-1",)),
    )
    film = sign(
        media["cut"],
        directory / "film.mp4",
        draft=draft(actions=actions, kind="cut"),
        signer=signer,
        trust=trust,
        ingredients=ingredients,
    )
    return {"shot": shot, "film": film}


@pytest.fixture
def film(_signed: dict[str, SignedOutput], tmp_path: Path) -> Path:
    """A fresh copy of a signed cut that holds a signed shot."""
    path = tmp_path / "film.mp4"
    path.write_bytes(_signed["film"].path.read_bytes())
    return path


@pytest.fixture
def shot(_signed: dict[str, SignedOutput], tmp_path: Path) -> Path:
    """A fresh copy of a signed shot."""
    path = tmp_path / "shot.mp4"
    path.write_bytes(_signed["shot"].path.read_bytes())
    return path
