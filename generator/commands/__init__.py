"""The commands of ``python -m generator``: a module each, with ``add`` (its arguments) and ``run`` (its exit status)."""

from generator.commands import board, corpus, critic, film, guides, models, screenplay, timeline, train

COMMANDS = (film, screenplay, guides, board, timeline, corpus, models, train, critic)
