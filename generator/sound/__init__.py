"""Sound: ambience, effects and speech that we make ourselves, and how loud they are."""
