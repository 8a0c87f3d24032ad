"""What one owns: the total, and each position with its profit or loss."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from servicekit.money import HOME_CURRENCY
from web_frontend.cash.account import account_read
from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import attempt, signed_in


@require_safe
@signed_in
def portfolio_show(request: GatewayRequest) -> HttpResponse:
    """The portfolio; when one source fails, the others still show."""
    positions = attempt(lambda: request.gateway.get("/api/v1/positions"))
    account = attempt(lambda: account_read(request))
    market = attempt(lambda: request.gateway.get("/api/v1/instruments", public=True, page_size=200))
    context = {
        "positions": positions,
        "account": account,
        "total": _total(positions, account),
        "currency": HOME_CURRENCY,
        "day": _since_close(positions, market),
    }
    failed = positions is None and account is None
    return render(request, "portfolio/page.html", context, status=503 if failed else 200)


def _total(positions: dict[str, Any] | None, account: dict[str, Any] | None) -> Decimal | None:
    """Positions at their price and all the cash, held included; None unless both are known."""
    if positions is None or not account:
        return None
    value = sum((Decimal(row["market_value"] or 0) for row in positions["results"]), Decimal(0))
    return value + Decimal(account["balance"])


def _since_close(
    positions: dict[str, Any] | None, market: dict[str, Any] | None
) -> dict[str, Decimal] | None:
    """How what is held now has moved since the previous close; None when a price is not known."""
    if not positions or not market or not positions["results"]:
        return None
    prices = {row["ticker"]: row for row in market["results"]}
    moved, before = Decimal(0), Decimal(0)
    for row in positions["results"]:
        quoted = prices.get(row["ticker"])
        if not quoted or quoted["previous_close"] is None or quoted["price"] is None:
            return None
        close = Decimal(quoted["previous_close"])
        moved += (Decimal(quoted["price"]) - close) * int(row["quantity"])
        before += close * int(row["quantity"])
    moved = moved.quantize(Decimal("0.01"))
    return {"value": moved, "percent": (moved / before * 100) if before else Decimal(0)}
