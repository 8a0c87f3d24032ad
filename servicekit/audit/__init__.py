"""The audit trail: one row per operator action, in each service's own database, append-only.

A use-case that an operator starts calls :func:`servicekit.audit.recording.record` in its transaction, so
that there is no action without its row and no row without its action, whether it came from the admin or
from a command.
"""
