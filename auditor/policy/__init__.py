"""Policies: facts in, a decision with reasons out."""
