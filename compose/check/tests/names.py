"""The ids of the story, and the events that were said in it.

The ids are time-ordered, made at :data:`BEGUN` and after.
"""

from __future__ import annotations

from datetime import UTC, datetime

#: When the story's ids were made.
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def _id(number: int) -> str:
    milliseconds = f"{int(BEGUN.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7000-8000-{number:012}"


ANN, AAPL, ACCOUNT = _id(1), _id(2), _id(3)
HOUSE, FEES, EXTERNAL = _id(4), _id(5), _id(6)
BUY, SELL, REJECTED, OPEN_BUY, OPEN_SELL = (_id(n) for n in range(10, 15))
BUY_FILL, SELL_FILL = _id(20), _id(21)
DEPOSIT, DEPOSIT_ENTRY, BUY_ENTRY, SELL_ENTRY = (_id(n) for n in range(30, 34))
POSITION = _id(50)
OTHER = _id(999)  # nobody's

#: The events that the books and the histories name.
BUY_HELD, BUY_EXECUTED, BUY_FILLED = _id(100), _id(101), _id(102)
SELL_EXECUTED, SELL_FILLED = _id(103), _id(104)
REJECTED_HELD, REFUSED, BUY_REJECTED = _id(105), _id(106), _id(107)
OPEN_HELD, DEPOSITED = _id(108), _id(109)

#: Every event: its id, type and subject.
EVENTS = [
    (_id(110), "user.account.registered.v1", f"user/{ANN}"),
    (_id(111), "user.session.revoked.v1", f"session/{ANN}"),
    (_id(112), "market.instrument.changed.v1", f"instrument/{AAPL}"),
    (_id(113), "billing.account.opened.v1", f"account/{ACCOUNT}"),
    (DEPOSITED, "billing.deposit.booked.v1", f"deposit/{DEPOSIT}"),
    (_id(114), "trading.order.placed.v1", f"order/{BUY}"),
    (BUY_HELD, "billing.hold.placed.v1", f"hold/{BUY}"),
    (_id(115), "trading.order.submitted.v1", f"order/{BUY}"),
    (BUY_EXECUTED, "market.order.executed.v1", f"order/{BUY}"),
    (BUY_FILLED, "trading.order.filled.v1", f"order/{BUY}"),
    (_id(117), "trading.order.placed.v1", f"order/{SELL}"),
    (_id(118), "trading.order.submitted.v1", f"order/{SELL}"),
    (SELL_EXECUTED, "market.order.executed.v1", f"order/{SELL}"),
    (SELL_FILLED, "trading.order.filled.v1", f"order/{SELL}"),
    (_id(120), "trading.order.placed.v1", f"order/{REJECTED}"),
    (REJECTED_HELD, "billing.hold.placed.v1", f"hold/{REJECTED}"),
    (_id(121), "trading.order.submitted.v1", f"order/{REJECTED}"),
    (REFUSED, "market.order.refused.v1", f"order/{REJECTED}"),
    (BUY_REJECTED, "trading.order.rejected.v1", f"order/{REJECTED}"),
    (_id(122), "trading.order.placed.v1", f"order/{OPEN_BUY}"),
    (OPEN_HELD, "billing.hold.placed.v1", f"hold/{OPEN_BUY}"),
    (_id(123), "trading.order.submitted.v1", f"order/{OPEN_BUY}"),
    (_id(124), "trading.order.placed.v1", f"order/{OPEN_SELL}"),
    (_id(125), "trading.order.submitted.v1", f"order/{OPEN_SELL}"),
    (_id(126), "billing.closing.decided.v1", f"closing/{ANN}/1"),
]
