"""A secret that this machine makes for itself at first start and keeps to itself."""

import os
import secrets
from pathlib import Path


def secret_from_file(path: Path) -> str:
    """Read the secret at ``path``; where there is none, make one with mode 0600. Two processes at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(64))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(temporary, path)  # fails where another process was first: its secret wins
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()
