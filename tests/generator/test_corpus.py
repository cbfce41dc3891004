"""Scripts measured and drawn: figures against ones counted by hand or by others, pictures that can be read, licences."""

import json
import re
from pathlib import Path

import networkx
import numpy as np
import pytest
from defusedxml.ElementTree import fromstring

from generator.__main__ import main
from generator.errors import CorpusError
from generator.narrative import write_screenplay
from generator.narrative.analysis import analyse_script, readability, sentiment
from generator.narrative.corpus import analyse_corpus, licences_in, scripts_in
from generator.narrative.fdx import write_fdx
from generator.narrative.pictures import ACCENT, BELOW, INK, RULE, SOFT, arc_svg, network_svg, strip_svg

SCRIPT = """Title: Three rooms

INT. KITCHEN - DAY

Ann is happy. Love, joy, a wonderful gift.

ANN
I love this house.

BEN
Good. I am glad.

INT. CELLAR - NIGHT

Cold. A corpse. Ben weeps in terror.

BEN
They killed him. I hate this death.

CARA
Despair, horror, blood.

EXT. GARDEN - DAY

Sun. Flowers. Music.

ANN
We are safe and together, and I am so happy.

CARA
Yes. Peace. Love. A wonderful, wonderful day, dear friend.
"""


def test_scenes_people_and_shares_are_what_one_counts_by_hand() -> None:
    measured = analyse_script(SCRIPT)
    assert [scene.characters for scene in measured.scenes] == [("ANN", "BEN"), ("BEN", "CARA"), ("ANN", "CARA")]
    assert [scene.spoken for scene in measured.scenes] == [8, 10, 19]
    assert measured.scenes[0].words == 16
    assert measured.dialogue_share == pytest.approx(37 / measured.words)
    people = {person.name: person for person in measured.characters}
    assert people["ANN"].words == 14
    assert people["ANN"].share == pytest.approx(14 / 37)
    assert sum(person.share for person in measured.characters) == pytest.approx(1)
    assert measured.scenes[0].sentiment > 0.3
    assert measured.scenes[1].sentiment < -0.5
    assert measured.scenes[2].sentiment > 0.3
    assert measured.shape == "man in a hole (fall, rise)"
    assert measured.pairs == (("ANN", "BEN", 1), ("ANN", "CARA", 1), ("BEN", "CARA", 1))


def test_centralities_are_those_of_networkx() -> None:
    screenplay = "\n\n".join(
        f"INT. ROOM {n} - DAY\n\n" + "\n\n".join(f"{name}\nHello number {n}." for name in names.split())
        for n, names in enumerate(["ANN BEN", "BEN CARA DORA", "DORA EMIL", "EMIL FRITZ GERDA", "HUGO"])
    )
    measured = analyse_script(screenplay)
    graph = networkx.Graph()
    graph.add_nodes_from(person.name for person in measured.characters)
    graph.add_edges_from((a, b) for a, b, _ in measured.pairs)
    between, close = networkx.betweenness_centrality(graph), networkx.closeness_centrality(graph)
    degree = networkx.degree_centrality(graph)
    for person in measured.characters:
        assert person.betweenness == pytest.approx(between[person.name])
        assert person.closeness == pytest.approx(close[person.name])
        assert person.degree == pytest.approx(degree[person.name])


def test_reading_ease_is_fleschs_and_feeling_turns_with_a_negation() -> None:
    ease, mean = readability("The cat sat on the mat. The dog ran.")
    assert mean == 4.5
    assert ease == pytest.approx(206.835 - 1.015 * 4.5 - 84.6)
    hard, _ = readability(
        "Institutional considerations necessitate interdepartmental communication regarding accountability."
    )
    assert hard < 0 < ease
    assert sentiment("I am happy.") > 0 > sentiment("I am not happy.")
    assert sentiment("The lorry turns.") == 0.0


def test_a_planned_story_is_measured_with_its_own_beats_and_length() -> None:
    brief = "At dusk a keeper, Mara, finds a letter. Her daughter Ilse wants to burn it."
    for scenes, low, high in ((5, 0.5, 4), (20, 2, 10)):
        measured = analyse_script(
            write_screenplay(brief, structure="fifteen-beats", scenes=scenes, seed=2).to_fountain()
        )
        assert len(measured.scenes) == scenes
        assert not any(scene.beat.startswith("(") for scene in measured.scenes)
        assert low <= measured.seconds / 60 <= high
        assert 0.2 < measured.dialogue_share < 0.8


def _luminance(colour: str) -> float:
    parts = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_pictures_say_in_words_what_they_show_and_run_nothing() -> None:
    measured = analyse_script(
        SCRIPT.replace("Three rooms", "Three <script>alert(1)</script> & rooms").replace("CARA", "CARA & CO")
    )
    for draw in (arc_svg, network_svg, strip_svg):
        text = draw(measured, ident='x" onload="y')
        root = fromstring(text)
        space = "{http://www.w3.org/2000/svg}"
        assert root.get("role") == "img"
        labelled = [root.find(f"{space}title"), root.find(f"{space}desc")]
        assert [node.get("id") for node in labelled] == root.get("aria-labelledby").split()
        assert all(node.text for node in labelled)
        assert "Three" in labelled[0].text
        tags = {node.tag.removeprefix(space) for node in root.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "line", "path", "circle", "text", "g"}
        attributes = {key for node in root.iter() for key in node.attrib}
        assert not {key for key in attributes if key.startswith("on") or key in ("style", "href", "class")}
    white = 1.05
    assert all(white / (_luminance(colour) + 0.05) >= 4.5 for colour in (INK, SOFT, ACCENT, BELOW))
    assert white / (_luminance(RULE) + 0.05) >= 3


def test_a_script_where_nobody_speaks_is_measured_and_drawn() -> None:
    measured = analyse_script("EXT. SEA - DAY\n\nWaves.\n")
    assert measured.characters == ()
    assert measured.shape == "flat"
    assert all(draw(measured).startswith("<svg") for draw in (arc_svg, network_svg, strip_svg))


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "rooms.fountain").write_text(SCRIPT)
    story = write_screenplay("A keeper, Mara, finds a letter. Her daughter Ilse wants to burn it.", scenes=6, seed=1)
    (folder / "letter.fdx").write_text(write_fdx(story))
    return folder


def test_only_what_is_licensed_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _folder(tmp_path)
    with pytest.raises(CorpusError, match=r"letter\.fdx and 1 more has no licence statement"):
        analyse_corpus(scripts_in(folder), licences=licences_in(folder))
    assert main(["corpus", str(folder), "--out", str(tmp_path / "out")]) == 2
    assert "licences.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    (folder / "rooms.licence.txt").write_text("CC0 1.0, by its writer")
    with pytest.raises(CorpusError, match=r"letter\.fdx has no licence"):
        analyse_corpus(scripts_in(folder), licences=licences_in(folder))
    (folder / "licences.csv").write_text("file,licence\nletter.fdx,made here\n")
    measured = analyse_corpus(scripts_in(folder), licences=licences_in(folder))
    assert measured.summary()["licences"] == {"made here": 1, "CC0 1.0, by its writer": 1}
    assert [name for name, _ in measured.scripts] == ["letter.fdx", "rooms.fountain"]
    assert main(["corpus", str(folder), "--out", str(tmp_path / "out"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["summary"]["scripts"] == 2
    assert json.loads((tmp_path / "out" / "corpus.json").read_text()) == document
    assert len(list((tmp_path / "out").glob("*.svg"))) == 6
    assert Path(document["scripts"][0]["arc_picture"]).read_text().startswith("<svg")


def test_folders_and_scripts_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="is no folder"):
        scripts_in(tmp_path / "none")
    with pytest.raises(CorpusError, match="holds no script"):
        scripts_in(tmp_path)
    (tmp_path / "a.txt").write_text("no scene at all")
    with pytest.raises(CorpusError, match=r"a\.txt can't be measured: the screenplay has no scene"):
        analyse_corpus(scripts_in(tmp_path), licences={"a.txt": "ours"})
    (tmp_path / "a.txt").write_text(SCRIPT)
    (tmp_path / "b.fdx").write_bytes(b'<!DOCTYPE x [<!ENTITY a "b">]><FinalDraft/>')
    with pytest.raises(CorpusError, match=r"b\.fdx can't be measured"):
        analyse_corpus(scripts_in(tmp_path), licences={"a.txt": "ours", "b.fdx": "ours"})
    (tmp_path / "licences.csv").write_text("name;right\n")
    with pytest.raises(CorpusError, match="no columns"):
        licences_in(tmp_path)


def test_the_screenplay_command_writes_reads_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brief = tmp_path / "brief.txt"
    brief.write_text("A keeper, Mara, finds a letter at dusk. Her daughter Ilse wants to burn it.")
    out, fdx = tmp_path / "a.fountain", tmp_path / "a.fdx"
    assert (
        main(
            [
                "screenplay",
                str(brief),
                "--structure",
                "loop",
                "--scenes",
                "9",
                "--out",
                str(out),
                "--fdx",
                str(fdx),
                "--json",
            ]
        )
        == 0
    )
    document = json.loads(capsys.readouterr().out)
    assert document["scenes"] == 9
    assert document["fountain"] == out.read_text()
    assert len(document["authors"]) == len(out.read_text().rstrip("\n").split("\n"))
    assert document["plan"]["structure"] == "loop"
    assert main(["screenplay", str(fdx), "--as-screenplay"]) == 0
    assert capsys.readouterr().out == out.read_text()
    brief.write_text("Darth Vader waits at the bus stop.")
    assert main(["screenplay", str(brief)]) == 2
    assert re.fullmatch(r"generator: Darth Vader is somebody's character: write [^\n]+\n", capsys.readouterr().err)
    assert main(["screenplay", str(brief), "--clear", "Darth Vader"]) == 0
    capsys.readouterr()
    for options, reason in (
        (["--writer", "http://example.org/v1"], "in the clear"),
        (["--writer", str(tmp_path)], "no config.json"),
        (["--structure", "opera"], "choose one of three-act"),
        (["--scenes", "99"], "1 to 24"),
    ):
        assert main(["screenplay", str(brief), "--clear", "Darth Vader", *options]) == 2
        assert reason in capsys.readouterr().err
    brief.write_text("Only prose, and no scene anywhere in it.")
    assert main(["screenplay", str(brief), "--as-screenplay"]) == 2
    assert "no scene" in capsys.readouterr().err
