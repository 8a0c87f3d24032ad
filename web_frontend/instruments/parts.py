"""What an instrument's page is made of: each part from its own source, all requested at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from web_frontend.alerts.panel import alerts_of
from web_frontend.cash.account import account_read
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.instruments.chart import Choice, chart_read
from web_frontend.pages import attempt, fetch_all
from web_frontend.ticket.limit import best_prices
from web_frontend.watchlist.watched import watched_tickers

logger = logging.getLogger(__name__)

Parts = dict[str, Any]

#: Levels of the book on each side, and trades, that a page shows.
LEVELS, TRADES = 5, 10
#: Of one's orders of an instrument that were filled, the newest are looked at for what the chart marks.
ORDERS = 100

#: What the ticket is made of, what is refreshed beside it, and the chart with one's own marks.
TICKET = ("account", "positions", "book")
MARKET = ("book", "trades")
CHART = ("chart", "positions", "filled")
#: The whole page, of a stranger and of who is signed in.
OPEN_PAGE = (*MARKET, "chart", "actions")
OWN_PAGE = (*TICKET, "trades", "chart", "filled", "actions", "watched", "alerts")


def parts_read(
    request: GatewayRequest, ticker: str, *names: str, instrument: dict[str, Any] | None = None
) -> Parts:
    """The instrument, and the parts named.

    A part whose source failed is None. What was not requested is not in the answer.

    Args:
        names: of ``account, positions, filled, book, trades, chart, actions, watched, alerts``.
        instrument: when it is known already.

    Raises:
        GatewayProblem, GatewayUnavailable: there is no such instrument, or its source failed.
    """
    gateway, address = request.gateway, f"/api/v1/instruments/{quote(ticker, safe='')}"
    sources: dict[str, Callable[[], Any]] = {
        "account": lambda: attempt(lambda: account_read(request)),
        "positions": lambda: attempt(lambda: gateway.get("/api/v1/positions")),
        "filled": lambda: _market(
            lambda: gateway.get("/api/v1/orders", ticker=ticker, fills="included", page_size=ORDERS)
        ),
        "chart": lambda: _market(lambda: chart_read(gateway, address, Choice.of(request.GET))),
        "book": lambda: _market(lambda: gateway.get(f"{address}/book", public=True, levels=LEVELS)),
        "trades": lambda: _market(lambda: gateway.get(f"{address}/trades", public=True, page_size=TRADES)),
        "actions": lambda: _market(lambda: gateway.get(f"{address}/corporate-actions", public=True)),
    }
    sources["watched"] = lambda: watched_tickers(request)
    sources["alerts"] = lambda: _market(lambda: alerts_of(request, ticker))
    fetches = {name: sources[name] for name in names}
    if instrument is None:
        fetches["instrument"] = lambda: gateway.get(address, public=True)
    answers = dict(zip(fetches, fetch_all(request, *fetches.values()), strict=True)) if fetches else {}
    return {"instrument": instrument, **answers}


def spread_of(book: dict[str, Any] | None) -> str:
    """The best ask less the best bid, a decimal string; "" when a side is empty or unknown."""
    bid, ask = best_prices(book)
    return str(Decimal(ask) - Decimal(bid)) if bid and ask else ""


def _market(fetch: Callable[[], Any]) -> Any:
    """As ``attempt``: of what is only shown, a refusal is no reason against the page either."""
    try:
        return attempt(fetch)
    except GatewayProblem as problem:
        logger.warning("a panel was refused: %s", problem)
        return None
