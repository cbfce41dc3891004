"""A package, so that the browser and the seeded site last as long as its tests and no longer."""
