"""Violations of what a split must be in the venue, in trading and in billing."""

from __future__ import annotations

from compose.check.tests import rows
from compose.check.tests.names import AAPL, ACCOUNT, BUY, HOUSE, OTHER

_COMPLETED = "a split is not completed as it was recorded"
_COUNTED = "an instrument has not the same splits everywhere"
_SUMS = "the shares of a split are not its sums"
_HELD = "a position was not all that its customer held"
_RATIO = "a position did not become what the ratio says"
_OLD = "an order of old units was executed after a split"
_PAID = "the fractions are not what was paid"

# Ann holds six units since now.
_SOON, _BEFORE = "now() + interval '1 minute'", "timestamptz $$2000-01-01 00:00Z$$"

VIOLATIONS: list[tuple[str, str, str, str]] = [
    (
        "I21",
        _COMPLETED,
        "market",
        f"""
        INSERT INTO corporate_actions_corporateaction (id, instrument_id, type, old_units, new_units,
            currency, state, reason, recorded_at, units, number)
        VALUES ('{OTHER}', '{AAPL}', 'split', 1, 2, 'USD', 'started', '', now(), 6, 1)
        """,
    ),
    ("I21", _COMPLETED, "trading", rows.split(OTHER, completed=True)),
    ("I21", _COUNTED, "market", "UPDATE instruments_instrument SET splits = 1"),
    ("I21", _SUMS, "trading", rows.split(OTHER, holders=1, before=6, after=9)),
    ("I21", _SUMS, "trading", f"{rows.split(OTHER)}; {rows.split_share(OTHER, OTHER, 6, 9, 0)}"),
    ("I21", _HELD, "trading", rows.split(OTHER, at=_SOON, applied=True)),  # she was passed over
    (
        "I21",
        _HELD,
        "trading",
        f"{rows.split(OTHER, at=_SOON, applied=True)}; {rows.split_share(OTHER, OTHER, 7, 10, 1000)}",
    ),
    (
        "I21",
        _HELD,
        "trading",  # before she had any
        f"{rows.split(OTHER, at=_BEFORE, applied=True)}; {rows.split_share(OTHER, OTHER, 6, 9, 0)}",
    ),
    *(
        ("I21", _RATIO, "trading", f"{rows.split(OTHER)}; {rows.split_share(OTHER, OTHER, *share)}")
        for share in ((7, 11, 1000), (7, 10, 1001), (7, 10, 0), (6, 9, 1))
    ),
    ("I21", _OLD, "trading", rows.split(OTHER, at=_BEFORE)),
    (
        "I21",
        _OLD,
        "trading",
        f"{rows.split(OTHER, at=_BEFORE, number=2)}; UPDATE orders_order SET splits = 1 WHERE id = '{BUY}'",
    ),
    ("I21", _PAID, "trading", f"{rows.split(OTHER)}; {rows.split_share(OTHER, OTHER, 7, 10, 1000)}"),
    (
        "I21",
        _PAID,
        "billing",
        f"{rows.entry(OTHER, 'split', OTHER)}; {rows.leg(OTHER, ACCOUNT, 6, 'split', 1000, 0)}; "
        f"{rows.leg(OTHER, HOUSE, 3, 'split', -1000, 0)}",
    ),
    # what other rules make of one
    (
        "I6",
        "available and sold are not what was issued",
        "market",
        f"""
        INSERT INTO corporate_actions_corporateaction (id, instrument_id, type, old_units, new_units,
            currency, state, reason, recorded_at, units, number, units_after, trade_seq)
        VALUES ('{OTHER}', '{AAPL}', 'split', 2, 3, 'USD', 'completed', '', now(), 6, 1, 9,
            (SELECT max(trade_seq) FROM venue_trade))
        """,
    ),
    (
        "I13",
        "a position is not the net of its fills",
        "trading",
        f"{rows.split(OTHER)}; {rows.split_share(OTHER, OTHER, 6, 9, 0)}",
    ),
    (
        "I18",
        "a position's day is not the fills of that day",
        "trading",
        f"{rows.split(OTHER)}; {rows.split_share(OTHER, OTHER, 6, 9, 0)}",
    ),
]
