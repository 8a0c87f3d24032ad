"""Overdue holds: raises an alarm, changes nothing."""

from __future__ import annotations

import logging

from billing_service.holds.selectors import holds_overdue

log = logging.getLogger(__name__)


def holds_watch() -> int:
    """Say so in the log when holds are pending beyond their time, by the database's clock.

    Billing does not release them: the money may be that of an order that was executed, and only
    trading_service learns that (``holds.models``). Its sweep ends every order; a hold that is
    overdue says that the sweep, or a message, is stuck.

    Returns:
        How many there are.
    """
    count, first = holds_overdue()
    if count:
        log.error("%d holds are overdue, the oldest was placed at %s", count, first)
    return count
