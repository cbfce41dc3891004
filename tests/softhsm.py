"""A PKCS#11 token in software (SoftHSM 2), made in a folder of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
#: Not made of the digits of digests, times and serial numbers, so that it is found nowhere by chance.
PIN = "swordfish"


@dataclass(frozen=True)
class Token:
    """A token that holds keys by label; ``pin`` is the file with its PIN."""

    name: str
    module: str
    pin: Path

    @classmethod
    def create(cls, folder: Path) -> "Token":
        """The library reads its configuration once a process, so a process has one token."""
        module = next(path for path in MODULES if Path(path).exists())
        (folder / "tokens").mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(
            f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        pin = folder / "pin"
        pin.write_text(f"{PIN}\n")
        pin.chmod(0o600)
        _run("--init-token", "--free", "--label", "studio", "--pin", PIN, "--so-pin", "8642")
        return cls("studio", module, pin)

    def hold(self, key: Path, label: str) -> None:
        """Put the key of a PEM file onto the token."""
        number = os.urandom(4).hex()
        _run("--import", str(key), "--token", self.name, "--label", label, "--id", number, "--pin", PIN)

    def uri(self, label: str) -> str:
        return f"pkcs11:token={self.name};object={label}?module-path={self.module}&pin-source=file:{self.pin}"


def _run(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, timeout=60)
