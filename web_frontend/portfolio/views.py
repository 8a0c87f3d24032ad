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
    context = {
        "positions": positions,
        "account": account,
        "total": _total(positions, account),
        "currency": HOME_CURRENCY,
    }
    failed = positions is None and account is None
    return render(request, "portfolio/page.html", context, status=503 if failed else 200)


def _total(positions: dict[str, Any] | None, account: dict[str, Any] | None) -> Decimal | None:
    """Positions at their price and all the cash, held included; None unless both are known."""
    if positions is None or not account:
        return None
    value = sum((Decimal(row["market_value"] or 0) for row in positions["results"]), Decimal(0))
    return value + Decimal(account["balance"])
