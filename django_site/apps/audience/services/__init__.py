"""Writes of the audience: screenings, viewers and their consent, what players tell, and what is deleted."""
