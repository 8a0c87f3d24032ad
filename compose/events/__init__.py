"""``python -m compose.events``: the events of the whole system, as operators see them.

Each service has its own command (``python -m <service>.manage events``); this asks all of them, and finds
what a subscriber lacks, which no service can see alone: it reads every database as the ``auditor``.
"""
