"""Matching by price-time priority, for one instrument. No database, no clock, no ids.

An order executes against the best orders of the other side first, among equal prices against the earliest,
at the price of the resting order. The house is one more counterparty, at its ask or bid; at an equal price
customers come before it. The rest of a limit order rests, if its time in force allows it. Two orders of one
customer never execute against each other: the rest of the later one is canceled.

Prices are whole millionths of the currency. A *rank* is what orders of a side are sorted by, the best
first: the price of a sell, the negative price of a buy.
"""

from market_service.venue.matching.book import Book, not_open
from market_service.venue.matching.house import House, half_spread_of, house_prices
from market_service.venue.matching.orders import (
    BUY,
    CANCELED,
    EXPIRED,
    SELL,
    End,
    Ended,
    Match,
    Order,
    decimal,
    millionths,
    shown,
)
from market_service.venue.matching.side import Side
