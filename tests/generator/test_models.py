"""Cards as data, the registry of added models, what is refused before it is opened, and signatures."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.__main__ import main
from generator.backends import ModelCard
from generator.backends.diffusion import read_folder
from generator.backends.words import refuse_words
from generator.errors import ChangedModelError, IncompleteModelError, ModelError, SubjectError, UnsafeModelError
from generator.models import FamilyCard, ModelRegistry, load_card, load_cards, verify_signature
from generator.models.family import card_of, read_card
from generator.models.folder import RUNS_CODE
from tests.generator.shots import shot

Tiny = Callable[[str], Path]


@pytest.fixture
def model(tiny: Tiny, tmp_path: Path) -> Path:
    """A copy of the tiny text-to-video model that a test may spoil."""
    return Path(shutil.copytree(tiny("t2v"), tmp_path / "model"))


# cards


def test_at_least_ten_families_and_every_fact_has_its_place() -> None:
    cards = load_cards()
    assert len({card.family for card in cards.values()}) >= 10
    for card in cards.values():
        for part in card.components:
            assert part.source, (card.id, part.name)
            assert part.checked >= "2026-11-01"
            assert part.verified == (part.terms is not None), (card.id, part.name)
        assert card.memory_source
        assert "digest" not in card.document


def test_cards_name_pipelines_that_there_are() -> None:
    import diffusers

    for card in load_cards().values():
        for name in card.pipelines:
            assert name in dir(diffusers), (card.id, name)


def test_what_cards_say_of_the_licences_that_bite() -> None:
    assert load_card("hunyuanvideo").excluded_territories == ("EU", "GB", "KR")
    assert load_card("kandinsky-5-lite").excluded_territories == ("EU", "GB", "KR"), "by its autoencoder"
    ltx = {part.role: part.terms for part in load_card("sana-wm").components}
    assert ltx["vae"] is not None
    assert ltx["vae"].revenue_ceiling == 10_000_000
    assert load_card("cogvideox-5b").commercial_use is False
    assert load_card("wan-2.1-vace").commercial_use is True
    assert load_card("cosmos-predict2").commercial_use is None, "not all of it was checked"


def _document() -> dict[str, Any]:
    return json.loads(json.dumps(load_card("wan-2.1-t2v").document))


def test_a_card_has_one_digest_whatever_its_layout() -> None:
    card = load_card("wan-2.1-t2v")
    again = read_card(yaml.safe_dump(_document(), sort_keys=True), "again")
    assert again.digest == card.digest
    changed = _document()
    changed["components"][0]["licence"] = "MIT"
    assert card_of(changed, "changed").digest != card.digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("makers"), "'makers' is a required property"),
        (lambda d: d.update(stars=5), r"'stars' was unexpected"),
        (lambda d: d["components"][0].pop("source"), r"components\.0: 'source' is a required"),
        (lambda d: d["components"][0].update(role="brain"), r"components\.0\.role"),
        (lambda d: d["components"][0].update(terms={"territories": ["Mars"]}), r"territories\.0"),
        (
            lambda d: d["components"][0].update(licence="LicenseRef-Mine"),
            "nobody has put down what LicenseRef-Mine asks",
        ),
        (lambda d: d["components"][0].update(verified=False, terms={}), "terms of 'transformer' that are not verified"),
        (lambda d: d["components"][1].update(folders=["transformer"]), "names a folder in two components"),
        (lambda d: d["memory_gib"].update(least=99), "the least is more than what is comfortable"),
    ],
)
def test_a_card_that_is_wrong_is_refused_at_the_place(change: Callable[[Any], Any], said: str) -> None:
    document = _document()
    change(document)
    with pytest.raises(ModelError, match=said):
        card_of(document, "mine.yaml")


def test_yaml_that_hides_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'id' is written twice"):
        read_card("id: a\nid: b\n", "twice")
    with pytest.raises(ModelError, match="is no YAML"):
        read_card("!!python/object/apply:os.system ['true']", "code")
    with pytest.raises(ModelError, match="is wrong at the card"):
        read_card("- a list", "list")
    with pytest.raises(ModelError, match="there is no card 'nothing'"):
        load_card("nothing")
    with pytest.raises(ModelError, match="can't be read"):
        load_card(tmp_path / "gone.yaml")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "components", "memory_gib", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_whatever_a_card_holds_it_is_read_or_refused(document: Any) -> None:
    with pytest.raises(ModelError):
        card_of(document, "any")


def test_a_studio_states_terms_that_it_bought(tmp_path: Path) -> None:
    document = json.loads(json.dumps(load_card("cogvideox-5b").document))
    for part in document["components"][:2]:
        part["terms"] = {"commercial_use": True, "users_ceiling": 1_000_000}
        part["source"] = "registration 17, in our files"
    file = tmp_path / "ours.yaml"
    file.write_text(yaml.safe_dump(document))
    card = load_card(file)
    assert card.commercial_use is True
    assert card.components[0].terms is not None
    assert card.components[0].terms.source == "registration 17, in our files"


def test_the_card_of_weights_pins_every_part_and_knows_none_that_it_does_not_list(tiny: Tiny) -> None:
    folder = read_folder(tiny("t2v"))
    card = load_card("wan-2.1-t2v").model_card(folder)
    assert isinstance(card, ModelCard)
    assert {part.role for part in card.components} == {"transformer", "text_encoder", "vae"}
    assert len({part.digest for part in card.components}) == 3
    assert card.card_sha256 == load_card("wan-2.1-t2v").digest
    assert card.licence == "Apache-2.0"
    assert card.commercial_use
    assert json.loads(json.dumps(card.as_dict()))["card_sha256"] == card.card_sha256
    document = _document()
    document["components"] = document["components"][:2]  # the text encoder is gone from the card
    lacking = card_of(document, "lacking").model_card(folder)
    unknown = next(part for part in lacking.components if part.name == "text_encoder")
    assert (unknown.licence, unknown.terms) == ("", None)
    assert not lacking.commercial_use
    with pytest.raises(ModelError, match="is a WanPipeline, and the card mochi-1 is of MochiPipeline"):
        load_card("mochi-1").model_card(folder)


# folders


@pytest.mark.parametrize("suffix", sorted(RUNS_CODE))
def test_what_could_run_code_is_refused_before_anything_is_opened(model: Path, suffix: str) -> None:
    bad = model / "vae" / f"weights{suffix.upper()}"
    bad.write_bytes(pickle.dumps(_Bomb()))
    (model / "model_index.json").write_text("not even JSON")  # had anything been opened, this would be the error
    with pytest.raises(UnsafeModelError, match=r"vae/weights\S+ in .* could run code"):
        read_folder(model)


class _Bomb:
    def __reduce__(self) -> Any:
        return (os.abort, ())


def test_code_by_other_doors_is_refused(model: Path) -> None:
    index = json.loads((model / "model_index.json").read_text())

    def with_index(**changes: Any) -> None:
        (model / "model_index.json").write_text(json.dumps({**index, **changes}))

    with_index(_class_name=["pipeline", "MyPipeline"])
    with pytest.raises(UnsafeModelError, match="names code of its own as its pipeline"):
        read_folder(model)
    with_index(transformer=["my_module", "MyTransformer"])
    with pytest.raises(UnsafeModelError, match="neither diffusers nor transformers"):
        read_folder(model)
    with_index()
    config = model / "text_encoder" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(UnsafeModelError, match="names code of its own"):
        read_folder(model)
    (model / "extra.xyz").write_bytes(b"?")
    with pytest.raises(UnsafeModelError, match="of a kind that no model needs"):
        read_folder(model)


def test_a_model_that_is_not_whole_says_what_is_missing(model: Path, tmp_path: Path) -> None:
    weights = model / "vae" / "diffusion_pytorch_model.safetensors"
    kept = weights.read_bytes()
    weights.unlink()
    with pytest.raises(IncompleteModelError, match=r"component 'vae' of .* has no weights"):
        read_folder(model)
    shutil.rmtree(model / "vae")
    with pytest.raises(IncompleteModelError, match=r"component 'vae' of .* is missing"):
        read_folder(model)
    (model / "vae").mkdir()
    weights.write_bytes(kept)
    (model / "vae" / "x.safetensors.index.json").write_text('{"weight_map": {"a": "x-00001-of-00002.safetensors"}}')
    with pytest.raises(IncompleteModelError, match=r"vae/x-00001-of-00002\.safetensors of .* is missing"):
        read_folder(model)
    (model / "vae" / "x.safetensors.index.json").write_text('{"weight_map": {"a": "../../etc/passwd"}}')
    with pytest.raises(IncompleteModelError):
        read_folder(model)
    with pytest.raises(ModelError, match="there is no model folder"):
        read_folder(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(IncompleteModelError, match="has neither model_index"):
        read_folder(tmp_path / "empty")


def test_the_digest_is_of_what_decides_pictures(model: Path) -> None:
    before = read_folder(model).digest
    (model / "README.md").write_text("about it")
    (model / "LICENSE.txt").write_text("Apache")
    assert read_folder(model).digest == before
    settings = model / "scheduler" / "scheduler_config.json"
    settings.write_text(settings.read_text().replace("3.0", "5.0"))
    assert read_folder(model).digest != before


# the registry


def test_a_model_is_added_listed_verified(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--models", str(tmp_path / "registry")]
    assert main(["models", "list", *where]) == 0
    assert "no model in" in capsys.readouterr().out
    assert main(["models", "add", "wan", str(model), "--card", "wan-2.1-t2v", *where, "--json"]) == 0
    added = json.loads(capsys.readouterr().out)
    assert added["weights_sha256"] == read_folder(model).digest
    assert added["licences_checked"]
    assert main(["models", "list", "--json", *where]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == ["wan"]
    assert main(["models", "verify", *where]) == 0
    assert capsys.readouterr().out == "wan: as it was added\n"
    assert main(["models", "add", "wan", str(model), "--card", "wan-2.1-t2v", *where]) == 2
    assert "there is a model wan already" in capsys.readouterr().err
    assert main(["models", "verify", "other", *where]) == 2
    assert "there is no model 'other'; there are: wan" in capsys.readouterr().err
    assert main(["models", "cards", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(load_cards())


def test_a_byte_that_changed_is_seen_though_size_and_time_are_the_same(model: Path, tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path / "registry")
    registry.add("wan", model, load_card("wan-2.1-t2v"))
    weights = model / "transformer" / "diffusion_pytorch_model.safetensors"
    state, content = weights.stat(), bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    os.utime(weights, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(ChangedModelError, match=r"the weights of wan in .* have changed since they were added"):
        registry.verify("wan")


def test_the_card_is_kept_as_it_was_when_the_model_was_added(model: Path, tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path / "registry")
    registry.add("wan", model, load_card("wan-2.1-t2v"))
    assert registry.get("wan").chosen().card.card_sha256 == load_card("wan-2.1-t2v").digest
    file = tmp_path / "registry" / "wan.json"
    file.write_text(file.read_text().replace("Apache-2.0", "MIT"))
    with pytest.raises(ChangedModelError, match="is not the one that was added"):
        registry.get("wan")
    file.write_text("{}")
    with pytest.raises(ModelError, match="is no entry of a model"):
        registry.get("wan")
    for name in ("../etc", "Wan", "", "a" * 90):
        with pytest.raises(ModelError):
            registry.get(name)
        with pytest.raises(ModelError, match="is no name for a model"):
            registry.add(name, model, load_card("wan-2.1-t2v"))


def test_a_disk_that_is_full_adds_nothing(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    registry = ModelRegistry(tmp_path / "registry")
    with pytest.raises(ModelError, match="No space left on device"):
        registry.add("wan", model, load_card("wan-2.1-t2v"))
    assert registry.names() == ()
    assert list((tmp_path / "registry").iterdir()) == []


def test_a_refused_model_is_not_added(model: Path, tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path / "registry")
    (model / "vae" / "old.ckpt").write_bytes(b"\x80\x04.")
    with pytest.raises(UnsafeModelError):
        registry.add("wan", model, load_card("wan-2.1-t2v"))
    assert registry.names() == ()


# signatures


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def _sign(model: Path, private: Path) -> None:
    from model_signing import hashing, signing

    config = signing.Config().use_elliptic_key_signer(private_key=private)
    config.set_hashing_config(hashing.Config().set_ignored_paths(paths=[model / "model.sig"])).sign(
        model, model / "model.sig"
    )


def test_a_signature_that_is_there_is_checked(model: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    private, public = keys
    _sign(model, private)
    registry, card = ModelRegistry(tmp_path / "registry"), load_card("wan-2.1-t2v")
    with pytest.raises(ModelError, match=r"is signed .* give its makers' key with --public-key"):
        registry.add("wan", model, card)
    added = registry.add("wan", model, card, public_key=public)
    assert added.signed_by is not None
    assert added.signed_by.startswith("public.pem ")
    assert registry.verify("wan", public_key=public) == registry.get("wan")
    assert registry.add("plain", model, card, without_signature=True).signed_by is None
    weights = model / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with pytest.raises(ChangedModelError, match=r"the signature of .* does not hold"):
        registry.add("other", model, card, public_key=public)


def test_a_signature_by_another_key_does_not_hold(model: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    private, _ = keys
    _sign(model, private)
    (tmp_path / "else").mkdir()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    other = tmp_path / "else" / "public.pem"
    other.write_bytes(
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(ChangedModelError, match=r"does not hold with public.pem"):
        verify_signature(model, model / "model.sig", other)
    with pytest.raises(ModelError, match="there is no signature"):
        verify_signature(model, model / "none.sig", other)


# words


def test_prompts_are_held_to_what_briefs_are_held_to() -> None:
    refuse_words(shot(prompt="a lighthouse keeper at dawn", negative_prompt="blurry"))
    with pytest.raises(SubjectError, match="the prompt of shot s1-01 names Mickey Mouse"):
        refuse_words(shot(prompt="Mickey Mouse on a boat"))
    with pytest.raises(SubjectError, match="the negative prompt of shot s1-01 names") as refused:
        refuse_words(shot(prompt="a boat", negative_prompt="no Mickey Mouse"))
    assert refused.value.refusals
    refuse_words(shot(prompt="Mickey Mouse on a boat"), cleared=["Mickey Mouse"])


def test_the_type_of_a_card_is_what_its_file_says() -> None:
    assert all(isinstance(card, FamilyCard) for card in load_cards().values())
