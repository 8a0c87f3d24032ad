"""Violations of the ways that orders, holds and the venue's answers may take."""

from __future__ import annotations

from compose.check.tests import rows
from compose.check.tests.names import BUY, BUY_ENTRY, FEES, HOUSE, OPEN_BUY, OPEN_SELL, OTHER, REJECTED, SELL

_CHANGE = ("I9", "an order's change of state that is not allowed", "trading")
_CHAIN = ("I9", "an order's change that does not go on from the one before it", "trading")
_AFTER = ("I9", "a change after a final one", "trading")
_NOW = ("I9", "an order is not where its history ends", "trading")
_HOLD = ("I9", "a hold in a state that its amounts contradict", "billing")
_VENUE = ("I9", "an end at the venue that contradicts itself", "market")

VIOLATIONS: list[tuple[str, str, str, str]] = [
    (*_CHANGE, rows.change(OPEN_BUY, 3, "working", "accepted")),
    (*_CHANGE, rows.change(OTHER, 1, "", "filled")),
    (*_CHAIN, rows.change(OPEN_BUY, 3, "accepted", "working")),
    (*_CHAIN, f"DELETE FROM orders_ordertransition WHERE order_id = '{BUY}' AND sequence = 2"),
    (*_CHAIN, f"DELETE FROM orders_ordertransition WHERE order_id = '{BUY}' AND sequence = 1"),
    (*_AFTER, rows.change(SELL, 4, "filled", "canceled")),
    (*_AFTER, rows.change(REJECTED, 4, "working", "filled")),
    (*_NOW, f"UPDATE orders_order SET status = 'expired' WHERE id = '{OPEN_BUY}'"),
    (*_NOW, f"UPDATE orders_order SET version = 1 WHERE id = '{OPEN_BUY}'"),
    (*_NOW, f"DELETE FROM orders_ordertransition WHERE order_id = '{SELL}'"),
    (*_HOLD, f"UPDATE holds_hold SET state = 'lost' WHERE order_id = '{OPEN_BUY}'"),
    (*_HOLD, f"UPDATE holds_hold SET released = amount + 1 WHERE order_id = '{OPEN_BUY}'"),
    (*_HOLD, f"UPDATE holds_hold SET account_id = NULL WHERE order_id = '{OPEN_BUY}'"),
    (*_HOLD, f"UPDATE holds_hold SET state = 'expired' WHERE order_id = '{BUY}'"),
    (*_HOLD, f"UPDATE holds_hold SET state = 'voided' WHERE order_id = '{BUY}'"),
    (*_VENUE, f"UPDATE venue_venueorder SET state = 'refused' WHERE order_id = '{BUY}'"),
    (*_VENUE, f"UPDATE venue_venueorder SET executed = 9 WHERE order_id = '{BUY}'"),
    (*_VENUE, f"UPDATE venue_venueorder SET state = 'canceled' WHERE order_id = '{BUY}'"),
    (*_VENUE, f"UPDATE venue_venueorder SET state = 'expired', quantity = NULL WHERE order_id = '{BUY}'"),
]

_FIT = ("I10", "an entry that does not fit the hash chain", "billing")
_HEAD = ("I10", "the chain does not end at its head", "billing")
_LAST = "(SELECT max(number) FROM ledger_journalentry)"

VIOLATIONS += [
    (*_FIT, "UPDATE ledger_journalentry SET description = 'x' WHERE number = 1"),
    (*_FIT, "UPDATE ledger_journalentry SET hash = repeat('a', 64) WHERE number = 2"),
    (*_FIT, f"UPDATE ledger_ledgerentry SET account_id = '{FEES}' WHERE account_id = '{HOUSE}'"),
    (*_FIT, f"DELETE FROM ledger_ledgerentry WHERE journal_entry_id = '{BUY_ENTRY}' AND kind = 'fee'"),
    (*_FIT, "DELETE FROM ledger_journalentry WHERE number = 2"),  # a gap
    (*_FIT, rows.entry(OTHER, "deposit", OTHER, number=4)),  # put in without a hash
    (*_FIT, "UPDATE ledger_journalentry SET number = 5 - number WHERE number > 1"),  # another order
    (*_HEAD, f"DELETE FROM ledger_journalentry WHERE number = {_LAST}"),  # the end is cut off
    (*_HEAD, "UPDATE ledger_journalhead SET hash = repeat('a', 64)"),
    (*_HEAD, "DELETE FROM ledger_journalhead"),
]

_HANGS = ("I11", "an order that does not end", "trading")
_DEADLINE = ("I11", "an open order without a deadline, or a deadline without an open order", "trading")

_RESTS = ("I11", "an order that rests beyond its time", "trading")
_BOOK = ("I11", "the orders that rest are not those in the book")

_OLD = "UPDATE orders_order SET type = '{}', status = '{}', created_at = now() {} WHERE id = '{}'"

VIOLATIONS += [
    (*_HANGS, _OLD.format("market", "working", "- interval '31 s', rested_at = NULL", OPEN_BUY)),
    (*_HANGS, _OLD.format("market", "working", "+ interval '1 h', rested_at = NULL", OPEN_BUY)),
    (*_HANGS, _OLD.format("limit", "accepted", "- interval '31 s', rested_at = NULL", OPEN_BUY)),
    (*_HANGS, _OLD.format("limit", "working", "- interval '31 s', rested_at = NULL", OPEN_BUY)),
    (*_RESTS, f"UPDATE orders_order SET expires_at = now() - interval '31 s' WHERE id = '{OPEN_BUY}'"),
    (*_RESTS, f"UPDATE orders_orderdeadline SET rests = false WHERE order_id = '{OPEN_BUY}'"),
    (*_BOOK, "trading", f"UPDATE orders_order SET rested_at = NULL WHERE id = '{OPEN_SELL}'"),
    (*_BOOK, "market", f"DELETE FROM venue_restingorder WHERE order_id = '{OPEN_SELL}'"),
    (*_BOOK, "market", f"UPDATE venue_restingorder SET remaining = 1 WHERE order_id = '{OPEN_SELL}'"),
    (*_DEADLINE, f"DELETE FROM orders_orderdeadline WHERE order_id = '{OPEN_BUY}'"),
    (*_DEADLINE, rows.deadline(BUY, "1 day")),
    (
        "I11",
        "a deadline that nobody heeds",
        "trading",
        f"UPDATE orders_orderdeadline SET due_at = now() - interval '31 s' WHERE order_id = '{OPEN_SELL}'",
    ),
    (
        "I11",
        "a resting order whose time is over",
        "market",
        "UPDATE venue_restingorder SET expires_at = now() - interval '31 s'",
    ),
]
