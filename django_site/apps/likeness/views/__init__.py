"""The pages of registered people: for themselves, for those who speak for them, and for the legal side."""
