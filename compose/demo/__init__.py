"""`make demo`: a new user's whole story through the public API, with every amount checked."""
