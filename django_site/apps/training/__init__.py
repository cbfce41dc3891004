"""Models that the studio trains itself: on which works, with whose leave, and what they made."""
