"""Writes to productions: from the brief to the cut, and what is brought in from outside."""
