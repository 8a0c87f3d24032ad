"""What one owns and owned: the total, each position with its profit or loss, and the value by day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from servicekit.home_currency import home_currency
from web_frontend.cash.account import account_ask
from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import attempt, attempt_all, show_early, signed_in, wants_fragment
from web_frontend.portfolio.chart import chart_of

#: How many days the chart may show; the first unless another is asked for.
DAYS = (30, 90, 365)


@require_safe
@signed_in
def portfolio_show(request: GatewayRequest) -> HttpResponse:
    """The portfolio; when one source fails, the others still show. htmx asks for its ``holdings`` alone."""
    if wants_fragment(request) and request.htmx.target == "holdings":
        return _holdings_show(request)
    days = next((days for days in DAYS if request.GET.get("days") == str(days)), DAYS[0])
    since: dict[str, Any] = {"from": timezone.now().date() - timedelta(days=days - 1)}
    gateway = request.gateway
    asked = (
        gateway.ask("/api/v1/positions", include="closed"),
        gateway.ask("/api/v1/portfolio/history", **since),
        account_ask(request),
    )

    def answered() -> tuple[dict[str, Any], int]:
        positions, history, account = map(attempt, asked)
        values = {
            "closed": _closed(positions),
            **_holdings(positions, account),
            "history": history,
            "chart": chart_of(history["results"]) if history else None,
        }
        return values, 503 if positions is None and account is None else 200

    context = {"days": days, "choices": DAYS, "currency": home_currency()}
    return show_early(request, "portfolio/page.html", context, answered)


def _holdings_show(request: GatewayRequest) -> HttpResponse:
    """The totals and the open positions; what is known of them stays while a source does not answer."""
    positions, account = attempt_all(request, request.gateway.ask("/api/v1/positions"), account_ask(request))
    if positions is None or account is None:
        return HttpResponse(status=204)
    return render(request, "portfolio/holdings.html", _holdings(positions, account))


def _holdings(positions: dict[str, Any] | None, account: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "positions": positions,
        "account": account,
        "total": _total(positions, account),
        "currency": home_currency(),
    }


def _closed(positions: dict[str, Any] | None) -> dict[str, Any] | None:
    """The closed positions; None: not known. While an upgrade runs, the version before does not tell them."""
    return {"results": positions["closed"]} if positions and "closed" in positions else None


def _total(positions: dict[str, Any] | None, account: dict[str, Any] | None) -> Decimal | None:
    """Positions at their price and all the cash, held included; None unless both are known."""
    if positions is None or not account:
        return None
    value = sum((Decimal(row["market_value"] or 0) for row in positions["results"]), Decimal(0))
    return value + Decimal(account["balance"])
