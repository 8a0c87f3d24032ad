"""The market's day and clock, once on every page."""
