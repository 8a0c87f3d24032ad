"""Delivery: each user's contact and channels."""
