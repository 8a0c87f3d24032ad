"""Clients that ask for too much, for what is measured beside them and for the tests of it."""
