"""The port of writers: one contract over the grammar, a model on this machine and one behind a real HTTP server."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from generator.errors import CancelledError, WordsError, WriterError
from generator.narrative import parse_fountain, plan_story, write_plan
from generator.narrative.writers import (
    EndpointWriter,
    GrammarWriter,
    Overlap,
    SharedPassage,
    TransformersWriter,
    Writer,
)
from tests.generator.language_models import tiny_model

BRIEF = "At dusk a lighthouse keeper, Mara, finds a sealed letter. Her daughter Ilse wants to burn it before the storm."
PLAN = plan_story(BRIEF, scenes=3, seed=5)

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for key, value in headers.items():
        handler.send_header(key.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def completion(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def scene(*texts: str) -> str:
    return json.dumps(
        {
            "elements": [
                {"kind": "action", "character": "", "parenthetical": "", "text": texts[0]},
                *(
                    {"kind": "dialogue", "character": "MARA", "parenthetical": "low", "text": text}
                    for text in texts[1:]
                ),
            ]
        }
    )


@contextlib.contextmanager
def serving(answers: Answer | list[Answer]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A real server on loopback; ``answers`` in turn, the last one for ever. Yields its address and what was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "headers": dict(self.headers), "body": body})
            chosen = answers[min(len(asked), len(answers)) - 1] if isinstance(answers, list) else answers
            with contextlib.suppress(OSError):  # the writer has hung up
                chosen(self, body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def talking(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    """A server that writes by the schema that it is given, another scene at each seed."""
    item = body["response_format"]["json_schema"]["schema"]["properties"]["elements"]["items"]
    names = item["properties"]["character"]["enum"][1:]
    number = body["seed"]
    elements = [{"kind": "action", "character": "", "parenthetical": "", "text": f"Wave {number} breaks, and another."}]
    elements += [
        {"kind": "dialogue", "character": name, "parenthetical": "", "text": f"I counted {number + place} of them."}
        for place, name in enumerate(names)
    ]
    send(handler, 200, completion(json.dumps({"elements": elements})))


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    torch.set_num_threads(1)  # the model is so small that threads only wait for each other
    return tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(params=["grammar", "transformers", "endpoint"])
def writer(request: pytest.FixtureRequest, model_folder: Path) -> Iterator[Writer]:
    if request.param == "grammar":
        yield GrammarWriter()
    elif request.param == "transformers":
        yield TransformersWriter(model_folder, name="tiny", licence="Apache-2.0", text_tokens=6)
    else:
        request.getfixturevalue("socket_enabled")
        with serving(talking) as (address, _):
            yield EndpointWriter(address, "scripted", seconds=10)


def test_the_contract_of_writers(writer: Writer) -> None:
    progress: list[int] = []
    written = writer.write(PLAN, on_progress=lambda p: progress.append(p.done))
    screenplay = written.screenplay
    text = screenplay.to_fountain()
    assert parse_fountain(text) == screenplay
    assert [scene.beat for scene in screenplay.scenes] == [scene.beat for scene in PLAN.scenes]
    assert {name for scene in screenplay.scenes for name in scene.characters} <= {p.cue for p in PLAN.characters}
    assert all(any(e.kind == "action" for e in scene.elements) for scene in screenplay.scenes)
    assert progress == [1, 2, 3]
    assert written.drafts == (1, 1, 1)
    assert written.card == writer.card
    assert "\n".join(line.text for line in written.lines) + "\n" == text
    told = {
        line.author
        for line in written.lines
        if re.search(r"\w", line.text) and not line.text.startswith(("[[", "EXT.", "INT."))
    }
    assert writer.card.author in told
    again = writer.write(PLAN)
    assert again.screenplay == screenplay


def test_a_scene_with_words_of_a_registered_script_is_written_anew(writer: Writer) -> None:
    first = writer.write(PLAN).screenplay
    told = [e.text for e in first.scenes[1].elements if e.kind in ("action", "dialogue")]
    tainted = told[-1]

    def accepts(text: str) -> Overlap:
        return Overlap((SharedPassage("work-7", tainted, len(tainted.split())),)) if tainted in text else Overlap()

    written = writer.write(PLAN, accepts=accepts)
    assert written.drafts[1] > 1
    assert tainted not in written.screenplay.to_fountain()
    with pytest.raises(WordsError, match="scene 1 has 9 words of work-7"):
        writer.write(PLAN, accepts=lambda text: Overlap((SharedPassage("work-7", text, 9),)))
    licensed = writer.write(PLAN, accepts=lambda text: Overlap((SharedPassage("work-7", text, 9, licensed=True),)))
    assert licensed.screenplay == first


def test_writing_can_be_cancelled(writer: Writer) -> None:
    with pytest.raises(CancelledError):
        writer.write(PLAN, cancelled=lambda: True)


def test_the_grammar_writes_what_a_plan_gives() -> None:
    assert GrammarWriter().write(PLAN).screenplay == write_plan(PLAN)


@pytest.mark.usefixtures("socket_enabled")
class TestEndpoint:
    """What a server can do to us."""

    def write(
        self, answers: Answer | list[Answer], *, seconds: float = 5.0, key: str = "", scenes: int = 1
    ) -> tuple[Any, Any, list[float]]:
        waits: list[float] = []
        with serving(answers) as (address, asked):
            writer = EndpointWriter(
                address,
                "m",
                key_variable="STORY_KEY" if key else "",
                environment={"STORY_KEY": key},
                seconds=seconds,
                sleep=waits.append,
            )
            return writer.write(plan_story(BRIEF, scenes=scenes, seed=5)), asked, waits

    def test_the_schema_goes_along_and_the_key_only_in_its_header(self) -> None:
        written, asked, _ = self.write(talking, key="sk-secret-1")
        schema = asked[0]["body"]["response_format"]["json_schema"]
        assert schema["strict"] is True
        assert "MARA" in schema["schema"]["properties"]["elements"]["items"]["properties"]["character"]["enum"]
        assert asked[0]["path"] == "/v1/chat/completions"
        assert asked[0]["headers"]["Authorization"] == "Bearer sk-secret-1"
        assert "sk-secret-1" not in json.dumps(asked[0]["body"])
        assert "sk-secret-1" not in repr(written)

    @pytest.mark.parametrize(
        "bad",
        [
            b"not json at all",
            b"[]",
            completion("Sure! Here is your scene:"),
            completion('{"elements": []}'),
            completion(scene("A.", "B.").replace("MARA", "BATMAN")),
            completion("[" * 100_000),
            completion(
                json.dumps(
                    {"elements": [{"kind": "action", "character": "", "parenthetical": "", "text": "x" * 9000}] * 2}
                )
            ),
        ],
    )
    def test_a_bad_document_is_told_to_the_model_and_asked_for_again(self, bad: bytes) -> None:
        good = completion(scene("Rain on the gallery.", "It names him."))
        written, asked, _ = self.write([lambda h, _: send(h, 200, bad), lambda h, _: send(h, 200, good)])
        assert "It names him." in written.screenplay.to_fountain()
        assert len(asked) == 2
        assert "can't be used" in asked[1]["body"]["messages"][-1]["content"]

    def test_a_model_that_never_writes_the_document_is_given_up_in_one_line(self) -> None:
        with pytest.raises(WriterError, match="is not JSON") as caught:
            self.write(lambda h, _: send(h, 200, completion("no")))
        assert "\n" not in str(caught.value)

    def test_markup_and_control_characters_never_reach_the_screenplay(self) -> None:
        evil = scene("Fog. [[shot: none]] /* cut */ INT. TRAP - NIGHT\n\nTitle: X", "Hello\u202e \x1b[31m*there*.")
        written, _, _ = self.write(lambda h, _: send(h, 200, completion(evil)))
        text = written.screenplay.to_fountain()
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[[shot: none" not in text
        assert len(parse_fountain(text).scenes) == 1

    def test_busy_and_broken_servers_are_asked_again_after_the_time_they_ask_for(self) -> None:
        good = completion(scene("Rain on the gallery.", "It names him."))
        answers: list[Answer] = [
            lambda h, _: send(h, 429, b'{"error": {"message": "slow down"}}', Retry_After="3"),
            lambda h, _: send(h, 500, b"oops", Retry_After="86400"),
            lambda h, _: send(h, 200, good),
        ]
        _, asked, waits = self.write(answers)
        assert len(asked) == 3
        assert waits == [3.0, 20.0]

    def test_a_server_that_stays_busy_or_refuses_is_named_with_its_reason_but_never_the_key(self) -> None:
        with pytest.raises(WriterError, match=r"429 \(slow down"):
            self.write(lambda h, _: send(h, 429, b'{"error": {"message": "slow down"}}'))
        with pytest.raises(WriterError, match="refuses with 401") as caught:
            self.write(lambda h, _: send(h, 401, b'{"error": {"message": "bad\\n\\u001b[31mkey"}}'), key="sk-secret-2")
        assert "sk-secret-2" not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "\x1b" not in str(caught.value)

    def test_redirects_are_not_followed(self) -> None:
        with pytest.raises(WriterError, match="refuses with 307"):
            self.write(lambda h, _: send(h, 307, b"", Location="http://127.0.0.1:1/steal"), key="sk-secret-3")

    def test_a_huge_answer_is_not_read(self) -> None:
        def huge(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
            handler.send_response(200)
            handler.end_headers()
            for _n in range(4000):
                handler.wfile.write(b" " * 65_536)

        with pytest.raises(WriterError, match="more than 1000000 bytes"):
            self.write(huge)

    def test_a_slow_answer_is_given_up_even_if_bytes_keep_coming(self) -> None:
        def slow(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
            handler.send_response(200)
            handler.end_headers()
            for _n in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)

        begun = time.monotonic()
        with pytest.raises(WriterError, match=r"took more than 0\.4 s"):
            self.write(slow, seconds=0.4)
        assert time.monotonic() - begun < 3

    def test_a_server_that_is_gone_is_named(self) -> None:
        with serving(talking) as (address, _):
            pass
        with pytest.raises(WriterError, match="can't be reached"):
            EndpointWriter(address, "m", sleep=lambda _: None).write(plan_story(BRIEF, scenes=1, seed=5))

    def test_a_server_with_a_model_behind_it(self, model_folder: Path) -> None:
        """A tiny model of transformers behind real HTTP: what it writes is no JSON, and the writer says so."""
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        model = AutoModelForCausalLM.from_pretrained(model_folder)
        tokenizer = AutoTokenizer.from_pretrained(model_folder)

        def generated(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
            ids = torch.tensor([tokenizer.encode(body["messages"][-1]["content"])[-200:]])
            torch.manual_seed(body["seed"])
            out = model.generate(ids, max_new_tokens=20, do_sample=True, pad_token_id=1)
            send(handler, 200, completion(tokenizer.decode(out[0, ids.shape[1] :])))

        with pytest.raises(WriterError, match=r"scene 1 by the writer at 127\.0\.0\.1 is unusable"):
            self.write(generated, seconds=30)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://models.example.org/v1", "in the clear"),
        ("ftp://localhost/v1", "no address"),
        ("localhost:8000", "no address"),
        ("https://user:pass@host/v1", "no address"),
        ("file:///etc/passwd", "no address"),
    ],
)
def test_addresses_that_are_not_spoken_to(address: str, reason: str) -> None:
    with pytest.raises(WriterError, match=reason):
        EndpointWriter(address, "m")


def test_a_key_that_is_not_there_is_asked_for_by_its_variables_name() -> None:
    with pytest.raises(WriterError, match="STORY_KEY is empty"):
        EndpointWriter("https://host/v1", "m", key_variable="STORY_KEY", environment={})


def test_folders_that_are_no_model_or_would_run_code_are_refused(tmp_path: Path, model_folder: Path) -> None:
    with pytest.raises(WriterError, match=r"no config.json with \*.safetensors"):
        TransformersWriter(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(WriterError, match="safetensors"):
        TransformersWriter(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "config.json").write_text('{"auto_map": {"AutoModelForCausalLM": "evil.Evil"}}')
    with pytest.raises(WriterError, match="its own code"):
        TransformersWriter(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(WriterError, match="can't be read"):
        TransformersWriter(tmp_path)
    (tmp_path / "config.json").write_text((model_folder / "config.json").read_text())
    with pytest.raises(WriterError, match="can't be loaded"):
        TransformersWriter(tmp_path).write(PLAN)


def test_other_weights_write_other_words_and_have_another_digest(tmp_path: Path, model_folder: Path) -> None:
    one, two = (
        TransformersWriter(model_folder, text_tokens=6),
        TransformersWriter(tiny_model(tmp_path / "m", seed=9), text_tokens=6),
    )
    assert one.card.digest != two.card.digest
    plan = plan_story(BRIEF, scenes=1, seed=5)
    assert one.write(plan).screenplay != two.write(plan).screenplay


def test_scenes_are_held_to_a_library_of_registered_scripts(tmp_path: Path) -> None:
    """The hook as the site wires it: the auditor's own library of scripts, passed in as a callable."""
    from auditor.text import TextLibrary
    from auditor.text.reading import parse_script

    plan = plan_story(
        "A keeper, Mara, finds a letter. Her daughter Ilse wants to burn it.", structure="three-act", scenes=8, seed=3
    )
    first = GrammarWriter().write(plan)
    path = tmp_path / "registered.fountain"
    path.write_text(first.screenplay.to_fountain())
    library = TextLibrary.open(tmp_path / "library", create=True)
    library.add("work-9", path, title="The registered one")

    def accepts(text: str) -> Overlap:
        found = library.match(parse_script("scene.txt", text))
        return Overlap(tuple(SharedPassage(match.title, match.quote, match.words) for match in found))

    shared = [
        accepts("\n".join(e.text for e in s.elements if e.kind in ("action", "dialogue")))
        for s in first.screenplay.scenes
    ]
    assert not all(overlap.acceptable for overlap in shared)
    try:
        second = GrammarWriter().write(plan, accepts=accepts)
    except WordsError as error:
        assert "The registered one" in str(error)  # noqa: PT017 - either is a true answer, neither lets the words through
    else:
        assert max(second.drafts) > 1
        assert library.match(parse_script("b.fountain", second.screenplay.to_fountain())) == []
