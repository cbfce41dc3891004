"""Fingerprints: short codes by which a picture or a film is recognised without any model."""
