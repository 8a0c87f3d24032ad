"""The inbox: what a user was told, and what of it they have read."""
