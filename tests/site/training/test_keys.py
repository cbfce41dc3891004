"""The key that signs models, and what a page that looks at itself hands on to the panels in it."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.core.exceptions import ImproperlyConfigured

from django_site import wiring

TEMPLATES = Path(wiring.__file__).parent / "templates"


def test_the_key_is_made_once_and_only_this_machine_reads_it(settings, tmp_path):
    settings.KEYS_ROOT = tmp_path / "keys"
    path = wiring.model_signing_key()
    assert path.stat().st_mode & 0o777 == 0o600
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key.curve, ec.SECP256R1)
    public = load_pem_public_key(path.with_suffix(".pub").read_bytes())
    assert public.public_numbers() == key.public_key().public_numbers()
    before = path.read_bytes()
    path.with_suffix(".pub").unlink()
    assert wiring.model_signing_key() == path
    assert path.read_bytes() == before, "a key that is there is never made anew"
    assert path.with_suffix(".pub").exists()
    path.chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="can be read by others"):
        wiring.model_signing_key()


def within_live(text: str) -> str:
    """What stands inside the element that looks at itself again."""
    begin = text.index('<div id="live"')
    depth = 0
    for tag in re.finditer(r"<div\b|</div>", text[begin:]):
        depth += 1 if tag.group() == "<div" else -1
        if depth == 0:
            return text[begin : begin + tag.end()]
    return text[begin:]


def test_a_panel_that_polls_inside_a_page_that_looks_at_itself_selects_for_itself():
    """htmx hands ``hx-select`` on to everything inside: a panel's own answer has no ``#live``, and the panel would go."""
    wrong = []
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        if '<div id="live"' not in text:
            continue
        live = within_live(text)
        polls = "components/jobs.html" in live or "training/live.html" in live
        if (
            polls
            and 'hx-disinherit="hx-select"' not in live.partition(">")[0] + ">"
            and "hx-disinherit" not in live[:400]
        ):
            wrong.append(path.name)
    assert wrong == []
