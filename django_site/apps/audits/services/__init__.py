"""Writes to assets, audits and decisions."""
