"""Delivery: how each user can be reached, and over which channels."""
