"""An instrument with its chart, its book and its ticket. No sign-in needed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from servicekit.money import amount_minor, to_minor, to_text
from web_frontend.alerts.panel import panel_context
from web_frontend.forms import with_keys
from web_frontend.gateway_client import GatewayRequest
from web_frontend.instruments.chart import chart_at, chart_context, fills_of
from web_frontend.instruments.parts import (
    CHART,
    MARKET,
    OPEN_PAGE,
    OWN_PAGE,
    TICKET,
    Parts,
    parts_read,
    spread_of,
)
from web_frontend.market_clock.clock import clock_read
from web_frontend.pages import go_to, show, wants_fragment
from web_frontend.sessions.tokens import is_signed_in
from web_frontend.ticket.blocked_reason import quote_is_stale
from web_frontend.ticket.ticket import Ticket, ticket_read


@require_safe
def instrument_show(request: GatewayRequest, ticker: str) -> HttpResponse:
    """One instrument. htmx asks for its ``quote``, ``chart``, ``book``, ``position``, ``ticket`` or
    ``estimate`` alone."""
    target = request.htmx.target if wants_fragment(request) else ""
    if target == "quote":
        return render(
            request, "instruments/quote.html", _quoted(parts_read(request, ticker, "book")["instrument"])
        )
    if target == "book":
        parts = parts_read(request, ticker, *MARKET)
        return render(
            request,
            "instruments/book.html",
            {**parts, "spread": spread_of(parts["book"]), "limits": is_signed_in(request)},
        )
    if target == "chart":
        parts = parts_read(request, ticker, *(CHART if is_signed_in(request) else CHART[:1]))
        return render(request, "instruments/chart.html", _page_context(request, parts))
    if target == "position" and is_signed_in(request):
        parts = parts_read(request, ticker, "positions", "book")
        return render(request, "instruments/position.html", _page_context(request, parts))
    if not is_signed_in(request):
        parts = parts_read(request, ticker, *OPEN_PAGE)
        return render(request, "instruments/detail.html", _page_context(request, parts))
    if (
        request.GET.get("step")
        and not target
        and (keyed := with_keys(reverse("instrument", args=[ticker]), request.GET, "key"))
    ):
        return go_to(request, keyed)
    wanted = TICKET if target in ("estimate", "ticket") else OWN_PAGE
    parts = parts_read(request, ticker, *wanted)
    ticket = ticket_of(request.GET, parts)
    if target == "estimate":
        return _show_estimate(request, parts["instrument"], ticket)
    return show_instrument(request, parts, ticket)


def _show_estimate(request: HttpRequest, instrument: dict[str, Any], ticket: Ticket) -> HttpResponse:
    """What the order would cost, and how many units it can be for; the whole ticket once orders can be placed
    that could not, or no longer."""
    context: dict[str, Any] = {"instrument": instrument, "ticket": ticket}
    shown = request.GET.get("blocked", "")
    if not shown or (shown == "yes") == bool(ticket.blocked_reason):
        return render(request, "orders/estimate.html", {**context, "alone": True})
    response = render(request, "orders/ticket.html", {**context, "by_itself": True})
    response["HX-Retarget"] = "#ticket"
    return response


def ticket_of(data: Mapping[str, str], parts: Parts) -> Ticket:
    """The ticket of a form's data, by the parts of its page."""
    return ticket_read(
        data,
        instrument=parts["instrument"],
        account=parts.get("account"),
        positions=parts.get("positions"),
        book=parts.get("book"),
    )


def show_instrument(request: HttpRequest, parts: Parts, ticket: Ticket) -> HttpResponse:
    """The page with its ticket as it stands: filled in, refused (422), to be reviewed, or anew (422)."""
    return show(
        request,
        "instruments/detail.html",
        {
            **_page_context(request, parts),
            "ticket": ticket,
            "limits": True,
            "from_book": _is_from_book(request),
        },
        fragment=ticket.template,
        status=422 if ticket.refused or ticket.moved else 200,
    )


def _is_from_book(request: HttpRequest) -> bool:
    """Whether a price in the book was chosen, so that the limit has the focus then."""
    return (request.htmx.trigger or "").startswith(("bid-", "ask-"))  # type: ignore[attr-defined]


def _page_context(request: HttpRequest, parts: Parts) -> dict[str, Any]:
    """The parts of a page, which of the positions is the instrument's, and the chart if it is one of them."""
    instrument, positions = parts["instrument"], parts.get("positions")
    held = [row for row in (positions or {}).get("results", []) if row["ticker"] == instrument["ticker"]]
    position = _at_price(held[0], instrument) if held else None
    chart = {}
    if "chart" in parts:
        fills, shown = fills_of(parts.get("filled")), parts["chart"]
        if shown:
            shown = chart_at(shown, instrument, clock_read(request.gateway))  # type: ignore[attr-defined]
        chart = chart_context(shown, instrument, request.GET, fills=fills, position=position)
    return {
        **parts,
        **chart,
        **_quoted(instrument),
        **panel_context(instrument["ticker"], parts.get("alerts")),
        "spread": spread_of(parts.get("book")),
        "position": position,
        "positions_known": positions is not None,
        "starred": instrument["ticker"] in (parts.get("watched") or ()),
    }


def _at_price(position: dict[str, Any], instrument: dict[str, Any]) -> dict[str, Any]:
    """A position at the price that its page shows, with its ``cost``; as trading tells it without a price."""
    if not instrument.get("price") or position["market_value"] is None:
        return position
    currency = instrument["currency"]
    cost = to_minor(position["market_value"], currency) - to_minor(position["unrealized_pnl"], currency)
    value = amount_minor(Decimal(instrument["price"]) * int(position["quantity"]), "sell", currency)
    return {
        **position,
        "cost": to_text(cost, currency),
        "market_value": to_text(value, currency),
        "unrealized_pnl": to_text(value - cost, currency),
    }


def _quoted(instrument: dict[str, Any]) -> dict[str, Any]:
    """An instrument, whether its price is too old to trade at, and after how many seconds one is."""
    max_age = f"{settings.QUOTE_MAX_AGE_S:g}"
    return {"instrument": instrument, "stale": quote_is_stale(instrument), "max_age_s": max_age}
