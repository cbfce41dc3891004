# ruff: noqa: T201
"""``models list|cards|add|verify``: the models on this machine, and what is known of their families."""

import argparse
import json
from pathlib import Path
from typing import Any

from generator.models import ModelRegistry, load_card, load_cards
from generator.models.registry import describe

#: Where models are added when nobody says where.
ROOT = Path("models")


def add(commands: Any) -> None:
    """Adds the command to the subparsers."""
    models = commands.add_parser("models", help="add, list and verify models; read their cards")
    what = models.add_subparsers(dest="what", required=True, parser_class=type(models))
    cards = what.add_parser("cards", help="the families that have a card")
    cards.set_defaults(run=run_cards)
    every = what.add_parser("list", help="the models that were added")
    every.set_defaults(run=run_list)
    new = what.add_parser("add", help="add a model folder under a name, after looking at every file of it")
    new.add_argument("name", metavar="NAME")
    new.add_argument("source", metavar="FOLDER", help="a model's folder, or its id on the hub (AUTHOR/MODEL)")
    new.add_argument(
        "--card", required=True, help="id of a card (see 'models cards'), or a card of your own (file.yaml)"
    )
    new.add_argument("--public-key", type=Path, metavar="KEY.pem", help="check the folder's signature with this key")
    new.add_argument("--without-signature", action="store_true", help="do not check the signature that is there")
    new.add_argument("--replace", action="store_true", help="replace the model of that name")
    new.set_defaults(run=run_add)
    look = what.add_parser("verify", help="read every byte of models again and compare")
    look.add_argument("names", metavar="NAME", nargs="*", help="which (default: all)")
    look.add_argument("--public-key", type=Path, metavar="KEY.pem", help="check signatures with this key")
    look.set_defaults(run=run_verify)
    for one in (cards, every, new, look):
        one.add_argument("--models", type=Path, default=ROOT, metavar="DIR", help=f"registry (default: {ROOT})")
        one.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run_cards(options: argparse.Namespace) -> int:
    """Prints the cards; returns the exit status."""
    cards = load_cards().values()
    if options.json:
        print(json.dumps([{**card.document, "digest": card.digest} for card in cards], ensure_ascii=False))
        return 0
    for card in cards:
        left_out = f", not in {' '.join(card.excluded_territories)}" if card.excluded_territories else ""
        state = "checked" if card.verified else "licences not all checked"
        print(f"{card.id:<18} {card.name}: {', '.join(card.tasks)}; {card.memory_least:g} GiB; {state}{left_out}")
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Prints the models that were added; returns the exit status."""
    registry = ModelRegistry(options.models)
    found = [describe(registry.get(name)) for name in registry.names()]
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    elif not found:
        print(f"no model in {options.models}; add one with 'models add NAME FOLDER --card CARD'")
    for one in [] if options.json else found:
        print(f"{one['name']:<18} {one['card']:<18} {one['weights_sha256'][:12]}  {one['path']}")
    return 0


def run_add(options: argparse.Namespace) -> int:
    """Adds a model; returns the exit status."""
    added = ModelRegistry(options.models).add(
        options.name, options.source, load_card(options.card), public_key=options.public_key,
        without_signature=options.without_signature, replace=options.replace,
    )  # fmt: skip
    if options.json:
        print(json.dumps(describe(added), ensure_ascii=False))
    else:
        print(f"{added.name}: {added.card.name}, weights {added.weights_sha256}")
    return 0


def run_verify(options: argparse.Namespace) -> int:
    """Verifies models; returns the exit status. The first that is not as it was is said, with what to do."""
    registry = ModelRegistry(options.models)
    found = [
        describe(registry.verify(name, public_key=options.public_key)) for name in (options.names or registry.names())
    ]
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(f"{one['name']}: as it was added" for one in found) or f"no model in {options.models}")
    return 0
