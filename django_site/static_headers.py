"""Headers of files that are served as they are."""

from typing import Any

#: What the worker that reads visitors' files may do: run itself and compiled code, and nothing else. It can send nothing.
_WORKER_CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"


def add_static_headers(headers: Any, path: str, url: str) -> None:
    """WhiteNoise's hook. A worker obeys the policy that its own file came with, not that of the page that started it."""
    if "c2pa_worker" in url:
        headers["Content-Security-Policy"] = _WORKER_CSP
