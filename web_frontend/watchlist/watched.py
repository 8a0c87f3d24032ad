"""What a visitor has on their watchlist."""

from __future__ import annotations

from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import attempt
from web_frontend.sessions.tokens import is_signed_in

ADDRESS = "/api/v1/watchlist"


def watched_tickers(request: GatewayRequest) -> list[str] | None:
    """The tickers, from A to Z; None when that is not known, or nobody is signed in."""
    if not is_signed_in(request):
        return None
    answer = attempt(lambda: request.gateway.get(ADDRESS))
    return None if answer is None else [row["ticker"] for row in answer["results"]]
