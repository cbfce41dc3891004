"""The public page of a released film, what its makers say on it, and what people claim about it."""
