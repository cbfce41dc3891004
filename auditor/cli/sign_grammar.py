"""Words of the commands that make an identity and sign: ``identity`` and ``sign``."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]


def add_sign_arguments(commands: Any, command: AddCommand) -> None:
    identity = command(commands, "identity", "make a development signing identity in DIR")
    identity.add_argument("directory", type=Path, metavar="DIR")

    sign = command(commands, "sign", "sign files with C2PA and read them again")
    sign.add_argument("sources", type=Path, nargs="+", metavar="IN")
    sign.add_argument("destination", type=Path, metavar="OUT", help="a file, or a directory, needed for several IN")
    sign.add_argument("--manifest", type=Path, required=True, metavar="M.json", help="what they say about themselves")
    key = sign.add_mutually_exclusive_group(required=True)
    key.add_argument("--identity", type=Path, metavar="DIR", help="a directory with chain.pem and key.pem")
    key.add_argument("--pkcs11", metavar="URI", help="a key on a token (RFC 7512, with module-path and pin-source)")
    sign.add_argument("--chain", type=Path, metavar="PEM", help="the certificates of --pkcs11, leaf first")
    sign.add_argument(
        "--organisation", type=Path, metavar="DIR", help="the identity of the organisation to assert (CAWG)"
    )
    sign.add_argument("--tsa", metavar="URL", help="a time-stamp authority (RFC 3161), or 'development' for trials")
    sign.add_argument("--sidecar", action="store_true", help="also keep a record of IN beside OUT, as OUT.c2pa")
    hashing = sign.add_mutually_exclusive_group()
    hashing.add_argument(
        "--localisable", action="store_true", default=None, help="so that a later change can be placed in the film"
    )
    hashing.add_argument(
        "--one-hash",
        action="store_false",
        dest="localisable",
        help="not even films of more than 1 GiB, as is the default",
    )
    sign.add_argument(
        "--ingredient", type=Path, action="append", default=[], metavar="FILE", help="a part (componentOf)"
    )
    sign.add_argument("--input", type=Path, action="append", default=[], metavar="FILE", help="an input (inputTo)")
    sign.add_argument("--parent", type=Path, metavar="FILE", help="what IN was made from (parentOf)")
    sign.add_argument(
        "--unknown-signers", action="store_true", help="take ingredients in whose signer is not among the anchors"
    )
    sign.add_argument("--trust", type=Path, metavar="DIR", help="trust anchors (default: those of --identity)")
    sign.add_argument("--jobs", type=int, default=1, metavar="N", help="sign N files at a time (default: 1)")
