"""Transports: how a message leaves the house, one file a channel, and the loop that sends what is due.

Adding a channel is an entry in ``kinds.py``, a file here and an entry in ``channels.py``.
"""
