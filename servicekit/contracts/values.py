"""Values of fields of the public contract, and the precision of prices, shared by several services.

The one list of each. A service's own enumeration, with its words, is held against it by a test.
"""

from __future__ import annotations

from decimal import Decimal

SIDES = ("buy", "sell")
ORDER_TYPES = ("market", "limit")
TIMES_IN_FORCE = ("day", "gtc", "ioc", "fok")
ORDER_STATUSES = ("accepted", "working", "partially_filled", "filled", "rejected", "canceled", "expired")
#: Of an order with which nothing happens any more.
FINAL_STATUSES = frozenset({"filled", "rejected", "canceled", "expired"})
#: What a line of a customer's history is.
OPERATION_KINDS = ("deposit", "withdrawal", "buy", "sell", "fee", "dividend", "split", "reversal")
INSTRUMENT_TYPES = ("share", "bond", "fund", "currency", "future")
INSTRUMENT_STATUSES = ("open", "halted")

#: Digits of a quote after the point.
PRICE_DIGITS = 6
#: Digits of an average of prices after the point.
AVERAGE_DIGITS = 8
#: Digits of the column of a price, before and after the point.
PRICE_MAX_DIGITS = 20
#: Every price is below this; also what keeps NaN out, which PostgreSQL sorts above every number.
PRICE_LIMIT = Decimal(10) ** 12
