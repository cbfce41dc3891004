"""Models trained on licensed works only, with their lineage: what they learned from, under which licence, and how."""
