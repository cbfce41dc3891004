"""A finished run becomes a bundle that others can trust: measured, audited, described, signed.

>>> publish(Path("run"), key=Path("private.pem"), makers="Studio", version="1.0")        # doctest: +SKIP
PosixPath('run/model')

What the run left (weights, networks, lineage) is not touched; beside it come ``quality.json`` and ``quality.png``,
``memorisation.json`` and ``memorisation.png``, ``card.yaml``, ``bom.cdx.json``, ``README.md``, the list of all digests
(``bundle.json``) and the signature over all of it. The bundle appears whole or the model stays as it was.
"""

import contextlib
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.backends.looks.look import FORMAT, LIST, NETWORK, SIGNATURE
from generator.backends.looks.network import PictureNetwork
from generator.encoding import sha256_of
from generator.errors import ChangedModelError, TrainingError, TrainingSetError
from generator.training import bom, checkpoint, memorisation, modelcard, quality
from generator.training.data import OwnRenders, TrainingSet
from generator.training.examples import gather
from generator.training.files import cant_write, write_bytes, write_json
from generator.training.folder import Plan, alone, png_of, read_plan, read_run
from generator.training.kinds import FROM_CLIPS, recipe_of
from generator.training.lineage import Lineage, read_lineage
from generator.training.recipe import Recipe
from generator.training.seeing import Works, open_features

Picture = NDArray[np.uint8]
#: Samples that are audited and measured: some two seconds each for the matcher on one core.
SAMPLES = 48
#: Added to a run's seed for what its samples are made from: frames that no step saw.
FRESH = 7_000_001
MAX_REASON = 300
#: Where the model as the run left it lies for the instant in which the bundle takes its place.
BEFORE = ".model.before"


@dataclass(frozen=True, slots=True)
class Seen:
    """Pictures of the training set by the work that each is of, those held out, samples, and what they were made from."""

    works: tuple[Picture, ...]
    labels: tuple[str, ...]
    held_out: tuple[Picture, ...]
    samples: tuple[Picture, ...]
    inputs: tuple[Picture, ...]


def publish(
    run_dir: Path,
    *,
    key: Path | None,
    makers: str,
    version: str,
    licence: str = "Apache-2.0",
    accept_suspect: str | None = None,
    samples: int = SAMPLES,
    now: datetime | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Path:
    """Publishes the model of the finished run in ``run_dir`` and gives its folder. ``key`` is a private key on an elliptic
    curve in PEM (none: the bundle is not signed), ``licence`` that of the weights, as SPDX.

    Raises ``TrainingError`` for a run that is not done, for a model that memorised works, for a suspect one unless
    ``accept_suspect`` says why it may go out all the same (which the card repeats), for a full disk; ``ChangedModelError``
    where the model's files are not those of its lineage; ``TrainingSetError`` where works have changed since;
    ``CancelledError``. The model is as it was then.
    """
    with alone(run_dir):
        _put_back(run_dir / "model", run_dir / BEFORE)
        found = read_run(run_dir)
        if found.state != "done":
            raise TrainingError(
                f"{found.name} has no model yet after {found.step} of {found.steps} steps; finish it before it is published"
            )
        plan, model = read_plan(run_dir), found.model_dir
        lineage = read_lineage(model / "lineage.json")
        files = _unchanged(model, lineage)
        _usable(key, makers, version, accept_suspect)
        seen = _look_at(run_dir, plan, lineage, files, samples, on_progress, cancelled)
        memory, identity = _audited(seen, on_progress, cancelled)
        accepted = _may_go_out(found.name, memory, accept_suspect)
        measured = quality.measure(
            made=seen.samples, drawn=seen.inputs, works=_as_made(seen.works, seen), held_out=_as_made(seen.held_out, seen),
            embed=open_features().embed, seed=plan.seed,
        )  # fmt: skip
        told: dict[str, Any] = {
            "quality": {"format": FORMAT, "backbone": open_features().identity.as_dict(), **measured.as_dict()},
            "memory": {"format": FORMAT, **identity, **memory.as_dict()},
        }
        facts = {
            "name": found.name, "version": version, "kind": plan.kind, "makers": makers, "licence": licence,
            "published": (now or datetime.now(UTC)).isoformat(timespec="seconds"), "lineage": lineage.document,
            "lineage_sha256": lineage.sha256,
        }  # fmt: skip
        return _bundle(run_dir, model, files, seen, memory, told, facts, accepted, key)


def _unchanged(model: Path, lineage: Lineage) -> dict[str, str]:
    """The model's own files with their digests, compared with the lineage."""
    files: dict[str, str] = dict(lineage.document["model"]["files"])
    for name, digest in files.items():
        if Path(name).name != name or not (model / name).is_file():
            raise TrainingError(f"{name[:80]} is missing in {model}; resume the run to write the model again")
        if sha256_of(model / name) != digest:
            raise ChangedModelError(
                f"{name} in {model} is not what the run wrote; remove the folder and resume the run to write it again"
            )
    return files


def _usable(key: Path | None, makers: str, version: str, reason: str | None) -> None:
    """Raises ``TrainingError`` for what would be found wrong only after minutes of work."""
    for what, text, most in (("makers", makers, 200), ("version", version, 40), ("a reason", reason, MAX_REASON)):
        if text is not None and not (1 <= len(text.strip()) <= most and text.isprintable()):
            raise TrainingError(f"{what} is {text[:40]!r}; write one line of up to {most} characters")
    if key is None:
        return
    try:
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        if not isinstance(load_pem_private_key(key.read_bytes(), None), EllipticCurvePrivateKey):
            raise TypeError("it is of another kind")
        import model_signing  # noqa: F401
    except ImportError as error:
        raise TrainingError(f"a model can't be signed without {error.name}; install reelproof[models]") from error
    except (OSError, ValueError, TypeError) as error:
        said = " ".join(str(error).split())[:120]
        raise TrainingError(
            f"{key} is no private key that can sign ({said}); give one on an elliptic curve, in PEM"
        ) from error


def _look_at(
    run_dir: Path,
    plan: Plan,
    lineage: Lineage,
    files: Mapping[str, str],
    count: int,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> Seen:
    """Opens every file of the set once more, each with the name of its work, and makes the samples."""
    held = set(lineage.document["examples"]["held_out_files"])
    works: list[Picture] = []
    labels: list[str] = []
    unseen: list[Picture] = []
    how = replace(plan.own.gathering, held_out=0.0)
    for work in plan.training_set.works:
        for file in work.files:
            if not file.path.is_file() or sha256_of(file.path) != file.sha256:
                raise TrainingSetError(
                    f"{file.label} of {work.title!r} is not what was learned from any more, so the model can't be held "
                    "against it; put the file back"
                )
            single = TrainingSet(works=(replace(work, files=(file,)),))
            gathered = gather(single, how=how, seed=plan.seed, clips=plan.kind in FROM_CLIPS, cancelled=cancelled)
            pictures = _flat((*gathered.examples.real, *gathered.examples.clips))
            if file.sha256 in held:
                unseen += pictures
            else:
                works += pictures
                labels += [work.title] * len(pictures)
    if not unseen:
        raise TrainingError(
            f"{plan.name} held no work back, so neither quality nor memory can be told; train it with held_out above 0"
        )
    if NETWORK in files:
        given = _fresh(plan, count, run_dir, on_progress, cancelled)
        network = PictureNetwork(run_dir / "model" / NETWORK, files[NETWORK])
        return Seen(tuple(works), tuple(labels), tuple(unseen), tuple(network.redraw(one) for one in given), given)
    made = tuple(_flat(_sampled(run_dir, plan, lineage, count)))
    return Seen(tuple(works), tuple(labels), tuple(unseen), made[:count], ())


def _fresh(plan: Plan, count: int, run_dir: Path, on_progress: OnProgress, cancelled: Cancelled) -> tuple[Picture, ...]:
    """Frames of our own renderer that no step saw."""
    own = plan.training_set.renders
    width, height = (own.width, own.height) if own else (384, 216)
    renders = OwnRenders(plan.seed + FRESH, count, 1, width, height)
    gathered = gather(
        TrainingSet(renders=renders), how=plan.own.gathering, seed=plan.seed, cache=run_dir / "renders",
        on_progress=on_progress, cancelled=cancelled,
    )  # fmt: skip
    return gathered.examples.drawn


def _sampled(run_dir: Path, plan: Plan, lineage: Lineage, count: int) -> Sequence[Picture]:
    """What the recipe makes with its last checkpoint, whose weights must be the published ones."""
    from safetensors.torch import save as packed

    gathered = gather(
        plan.training_set,
        how=plan.own.gathering,
        seed=plan.seed,
        clips=plan.kind in FROM_CLIPS,
        cache=run_dir / "renders",
    )
    recipe: Recipe = recipe_of(plan.kind, gathered.examples, plan.recipe_settings, plan.seed)
    if checkpoint.load(run_dir / "checkpoint", recipe) is None:
        raise TrainingError(f"{run_dir} has no checkpoint to make samples from; train it again")
    weights = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in sorted(recipe.weights().items())}
    if hashlib.sha256(packed(weights, {"format": "pt"})).hexdigest() != lineage.weights_sha256:
        raise ChangedModelError(f"the checkpoint in {run_dir} is not of the model that was written; train it again")
    return list(recipe.samples(count, plan.seed + FRESH))


def _flat(pictures: Sequence[Picture]) -> list[Picture]:
    """Pictures, and the frames of clips."""
    return [frame for one in pictures for frame in (one if one.ndim == 4 else one[None])]


def _as_made(pictures: Sequence[Picture], seen: Seen) -> Sequence[Picture]:
    """Works as small as what is made of nothing (plates), so that like is compared with like; for looks as they are."""
    return pictures if seen.inputs else [memorisation.like(one, seen.samples[0].shape[:2]) for one in pictures]


def _audited(seen: Seen, on_progress: OnProgress, cancelled: Cancelled) -> tuple[memorisation.Memory, dict[str, Any]]:
    with TemporaryDirectory(prefix="works-") as folder:
        eyes = Works(Path(folder), seen.works, on_progress=on_progress, cancelled=cancelled)
        found = memorisation.audit(
            seen.samples, eyes=eyes, labels=seen.labels, unseen=seen.held_out, inputs=seen.inputs,
            on_progress=on_progress, cancelled=cancelled,
        )  # fmt: skip
        return found, eyes.identity


def _may_go_out(name: str, memory: memorisation.Memory, reason: str | None) -> str:
    """The reason that stands in the card, or nothing. Raises ``TrainingError`` for what must not go out."""
    if memory.verdict == "memorised":
        raise TrainingError(
            f"{name} is not published, because it memorised: {memory.reason}. Train it with more works or fewer steps"
        )
    if memory.verdict == "suspect" and reason is None:
        raise TrainingError(
            f"{name} is not published, because its memory is suspect: {memory.reason}. Look at the pairs, train it again, "
            "or say why it may go out (accept suspect)"
        )
    return reason or "" if memory.verdict == "suspect" else ""


def _bundle(
    run_dir: Path,
    model: Path,
    files: Mapping[str, str],
    seen: Seen,
    memory: memorisation.Memory,
    told: Mapping[str, Any],
    facts: Mapping[str, Any],
    accepted: str,
    key: Path | None,
) -> Path:
    """Writes all of it beside the model and puts it in its place."""
    part, before = run_dir / ".bundle.part", run_dir / BEFORE
    _put_back(model, before)
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        for name in (*files, "lineage.json"):
            shutil.copyfile(model / name, part / name)
        for name in ("quality", "memory"):
            write_json(part / f"{'memorisation' if name == 'memory' else name}.json", told[name])
        write_bytes(part / "quality.png", png_of(_quality_sheet(seen)))
        write_bytes(part / "memorisation.png", png_of(_memory_sheet(seen, memory)))
        write_bytes(part / "card.yaml", modelcard.card_yaml(**facts, accepted=accepted).encode())
        page = modelcard.page(**facts, **told, accepted=accepted, signed=key is not None)
        write_bytes(part / "README.md", page.encode())
        limits = modelcard.LIMITS[facts["kind"]]
        write_bytes(
            part / "bom.cdx.json", bom.checked(bom.bill_of_materials(**facts, **told, files=files, limits=limits))
        )
        listed = {
            "format": FORMAT,
            **{name: facts[name] for name in ("name", "kind", "version", "makers", "licence", "published")},
            "accepted_suspect": accepted or None,
            "files": {file.name: sha256_of(file) for file in sorted(part.iterdir())},
        }
        write_json(part / LIST, listed)
        if key is not None:
            _sign(part, key)
        model.replace(before)
        part.replace(model)
        shutil.rmtree(before, ignore_errors=True)
    except OSError as error:
        raise cant_write(model, error) from error
    finally:
        _put_back(model, before)
        with contextlib.suppress(OSError):
            shutil.rmtree(part, ignore_errors=True)
    return model


def _put_back(model: Path, before: Path) -> None:
    """After a crash between the two moves the model is where it was moved to."""
    if before.exists() and not model.exists():
        before.replace(model)


def _sign(folder: Path, key: Path) -> None:
    from model_signing import hashing, signing

    ignored: Any = hashing.Config
    config: Any = signing.Config
    try:
        config().use_elliptic_key_signer(private_key=key).set_hashing_config(
            ignored().set_ignored_paths(paths=[folder / SIGNATURE])
        ).sign(folder, folder / SIGNATURE)
    except OSError:
        raise
    except Exception as error:  # the library raises errors of many kinds
        raise TrainingError(
            f"the model could not be signed with {key} ({' '.join(str(error).split())[:200]}); check the key"
        ) from error


def _quality_sheet(seen: Seen) -> Picture:
    """What it was given above what it made of it, above works that it never saw."""
    rows = [seen.inputs[:6]] if seen.inputs else []
    spread = seen.held_out[:: max(1, len(seen.held_out) // 6)][:6]
    return quality.grid([*rows, seen.samples[:6], spread])


def _memory_sheet(seen: Seen, memory: memorisation.Memory) -> Picture:
    """The nearest samples above the works that they are nearest to."""
    nearest = memory.nearest[: memorisation.PAIRS]
    return quality.grid([[seen.samples[one.sample] for one in nearest], [seen.works[one.work] for one in nearest]])
