"""Instruments, their search, and their available quantity."""
