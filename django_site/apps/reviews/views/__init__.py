"""The review room's pages."""
