"""The auditor's command line: ``python -m auditor``; ``main`` is its whole interface."""

from auditor.cli.main import main

__all__ = ["main"]
