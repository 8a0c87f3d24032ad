"""What an instrument's page is made of: each part from its own source, all requested at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from servicekit.money import change_percent
from web_frontend.alerts.panel import alerts_ask
from web_frontend.cash.account import account_ask
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.instruments.chart import Choice, chart_ask
from web_frontend.pages import attempt, fetch_all
from web_frontend.ticket.limit import best_prices
from web_frontend.watchlist.watched import watched_ask

logger = logging.getLogger(__name__)

Parts = dict[str, Any]

#: Levels of the book on each side, and trades, that a page shows.
LEVELS, TRADES = 5, 10
#: Of one's orders of an instrument that were filled, the newest are looked at for what the chart marks.
ORDERS = 100

#: One's own money and units, what the ticket is made of, what is refreshed beside it, and the chart with
#: one's own marks.
OWN = ("account", "positions")
TICKET = (*OWN, "book")
MARKET = ("book", "trades")
CHART = ("chart", "positions", "filled")
#: The whole page, of a stranger and of who is signed in.
OPEN_PAGE = (*MARKET, "chart", "actions")
OWN_PAGE = (*TICKET, "trades", "chart", "filled", "actions", "watched", "alerts")


def parts_read(
    request: GatewayRequest, ticker: str, *names: str, instrument: dict[str, Any] | None = None
) -> Parts:
    """The instrument, and the parts named.

    A part whose source failed is None. What was not requested is not in the answer. With the book, the
    instrument has the price of the book's own moment: what the gateway has kept of it is seconds older.

    Args:
        names: of ``account, positions, filled, book, trades, chart, actions, watched, alerts``.
        instrument: when it is known already.

    Raises:
        GatewayProblem, GatewayUnavailable: there is no such instrument, or its source failed.
    """
    gateway, address = request.gateway, f"/api/v1/instruments/{quote(ticker, safe='')}"
    ask: dict[str, Callable[[], Callable[[], Any]]] = {
        "account": lambda: account_ask(request),
        "positions": lambda: gateway.ask("/api/v1/positions"),
        "filled": lambda: gateway.ask("/api/v1/orders", ticker=ticker, fills="included", page_size=ORDERS),
        "chart": lambda: chart_ask(gateway, address, Choice.of(request.GET)),
        "book": lambda: gateway.ask(f"{address}/book", public=True, levels=LEVELS),
        "trades": lambda: gateway.ask(f"{address}/trades", public=True, page_size=TRADES),
        "actions": lambda: gateway.ask(f"{address}/corporate-actions", public=True),
        "watched": lambda: watched_ask(request),
        "alerts": lambda: alerts_ask(request, ticker),
    }
    asked: dict[str, Callable[[], Any]] = {
        name: partial(attempt if name in OWN else _shown, ask[name]()) for name in names
    }
    if instrument is None:
        asked["instrument"] = gateway.ask(address, public=True)
    answers = dict(zip(asked, fetch_all(request, *asked.values()), strict=True)) if asked else {}
    parts = {"instrument": instrument, **answers}
    return {**parts, "instrument": _at_price_of(parts.get("book"), parts["instrument"])}


def spread_of(book: dict[str, Any] | None) -> str:
    """The best ask less the best bid, a decimal string; "" when a side is empty or unknown."""
    bid, ask = best_prices(book)
    return str(Decimal(ask) - Decimal(bid)) if bid and ask else ""


def _at_price_of(book: dict[str, Any] | None, instrument: dict[str, Any]) -> dict[str, Any]:
    """The instrument as it was when the book was read.

    Args:
        book: None when it is not known; without a price while an upgrade runs.
    """
    if not book or not book.get("price"):
        return instrument
    now = {name: book[name] for name in ("status", "price", "price_at")}
    if not (close := Decimal(instrument.get("previous_close") or 0)):
        return {**instrument, **now}
    price = Decimal(book["price"])
    return {
        **instrument,
        **now,
        "change": str(price - close),
        "change_percent": change_percent(price, close),
    }


def _shown(asked: Callable[[], Any]) -> Any:
    """As ``attempt``: of what is only shown, a refusal is no reason against the page either."""
    try:
        return attempt(asked)
    except GatewayProblem as problem:
        logger.warning("a panel was refused: %s", problem)
        return None
