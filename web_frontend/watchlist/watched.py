"""What a visitor has on their watchlist."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import attempt
from web_frontend.sessions.tokens import is_signed_in

ADDRESS = "/api/v1/watchlist"


def watched_ask(request: GatewayRequest) -> Callable[[], list[str] | None]:
    """Ask for the tickers, from A to Z; None when they are not known, or nobody is signed in."""
    if not is_signed_in(request):
        return lambda: None
    asked = request.gateway.ask(ADDRESS)

    @cache
    def watched() -> list[str] | None:
        answer = attempt(asked)
        return None if answer is None else [row["ticker"] for row in answer["results"]]

    return watched
