"""Violations of what a dividend must be in the venue, in trading and in billing."""

from __future__ import annotations

from compose.check.tests import rows
from compose.check.tests.names import AAPL, ACCOUNT, HOUSE, OTHER

_COMPLETED = "a dividend is not completed as it was recorded"
_SUMS = "the shares of a dividend are not its sums"
_SHARE = "a share is not what the holder's units earn"
_PAID = "the shares are not what was paid"

# Ann holds six units since now.
_SOON = "now() + interval '1 minute'"

VIOLATIONS: list[tuple[str, str, str, str]] = [
    (
        "I20",
        _COMPLETED,
        "market",
        f"""
        INSERT INTO corporate_actions_corporateaction (id, instrument_id, type, per_unit, currency, state,
            reason, recorded_at, units)
        VALUES ('{OTHER}', '{AAPL}', 'dividend', 0.24, 'USD', 'started', '', now(), 6)
        """,
    ),
    ("I20", _COMPLETED, "trading", rows.dividend(OTHER, holders=1, units=6, amount=144, completed=True)),
    ("I20", _SUMS, "trading", rows.dividend(OTHER, holders=1, units=6, amount=144)),
    ("I20", _SUMS, "trading", f"{rows.dividend(OTHER)}; {rows.share(OTHER, OTHER, 6, 144)}"),
    ("I20", _SHARE, "trading", rows.dividend(OTHER, at=_SOON, completed=True)),  # she was passed over
    (
        "I20",
        _SHARE,
        "trading",
        f"{rows.dividend(OTHER, at=_SOON, completed=True)}; {rows.share(OTHER, OTHER, 7, 168)}",
    ),
    (
        "I20",
        _SHARE,
        "trading",
        f"{rows.dividend(OTHER, at=_SOON, completed=True)}; {rows.share(OTHER, OTHER, 6, 145)}",
    ),
    (
        "I20",
        _SHARE,
        "trading",  # before she had any
        f"{rows.dividend(OTHER, at='timestamptz $$2000-01-01 00:00Z$$', completed=True)}; "
        f"{rows.share(OTHER, OTHER, 6, 144)}",
    ),
    ("I20", _PAID, "trading", f"{rows.dividend(OTHER)}; {rows.share(OTHER, OTHER, 6, 144)}"),
    (
        "I20",
        _PAID,
        "billing",
        f"{rows.entry(OTHER, 'dividend', OTHER)}; {rows.leg(OTHER, ACCOUNT, 6, 'dividend', 144, 0)}; "
        f"{rows.leg(OTHER, HOUSE, 3, 'dividend', -144, 0)}",
    ),
]
