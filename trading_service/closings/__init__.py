"""Closing an account: what the customer still has here, and what is erased then."""
