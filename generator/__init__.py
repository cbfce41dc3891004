"""From a paragraph to a film: brief, screenplay, shots, takes, cut. Knows neither the site nor the auditor's detectors."""
