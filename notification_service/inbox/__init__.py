"""The inbox: each user's notifications, and which are read."""
