"""Writing: plans of trainings, trainings as jobs, models flagged when what they learned from is withdrawn."""
