"""Reelproof's auditor: what is in this film, whose is it, was it allowed, and can that be proved?

The auditor knows media, vectors, faces, manifests and policies. It knows neither Django nor Celery nor the generator: it
takes paths and plain values and returns frozen dataclasses, so the command line (``python -m auditor``), a task queue and
a notebook use the very same code.
"""

__version__ = "0.1.0"
