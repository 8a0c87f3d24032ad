"""Preferences: which news each user wants over which channel, when, and where to."""
