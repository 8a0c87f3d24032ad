"""Placing what was reviewed: bound by its worst price or its limit, once however often it is pressed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from servicekit.contracts.reject_reasons import RejectCode
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.instruments.parts import OWN_PAGE, TICKET, parts_read
from web_frontend.instruments.views import show_instrument, ticket_of
from web_frontend.pages import go_to, sign_in_for, wants_fragment
from web_frontend.ticket.ticket import Ticket, is_beyond, key_after, price_parse, ticket_read

#: Refusals that are shown in the ticket; of 429 only the daily quota, as the rest passes within seconds.
_REFUSALS, _QUOTA = (400, 409, 422), "order_quota_exceeded"


def order_place(request: GatewayRequest) -> HttpResponse:
    """Place what was reviewed. The form's key makes pressing it twice one order.

    When the price has gone beyond the worst one, the review is shown anew and nothing is placed.
    """
    ticker = request.POST.get("ticker", "")[:40]
    instrument = request.gateway.get(f"/api/v1/instruments/{quote(ticker, safe='')}", public=True)
    submitted = {**request.POST.dict(), "step": "review"}
    ticket = ticket_read(submitted, instrument=instrument, account=None, positions=None)
    if ticket.quantity is None or ticket.limit.error:
        return _show_again(request, instrument, submitted)
    moved = not ticket.is_limit and _has_moved(instrument, ticket, submitted)
    if moved or ticket.blocked_reason:
        if placed := _order_with_key(request, ticket.key):
            return go_to(request, reverse("order", args=[placed["id"]]))
        return _show_again(request, instrument, submitted, moved=moved and not ticket.blocked_reason)
    try:
        placed = request.gateway.post("/api/v1/orders", _terms(ticker, ticket, submitted), key=ticket.key)
    except GatewayProblem as refusal:
        if refusal.status not in _REFUSALS and refusal.code != _QUOTA:
            raise
        if refusal.code == "idempotency_key_reused" and (placed := _same_order(request, ticker, ticket)):
            return go_to(request, reverse("order", args=[placed["id"]]))
        return _refused(request, instrument, submitted, refusal)
    reason = placed.get("reject_reason") or {}
    again = {**submitted, "key": key_after(ticket.key)}
    if reason.get("code") == RejectCode.PRICE_MOVED:
        return _show_again(request, instrument, again, moved=True)
    if reason.get("code") == RejectCode.LIMIT_TOO_FAR:
        return _show_again(request, instrument, again, errors={"limit_price": reason["detail"]})
    if reason.get("code") == RejectCode.TOO_MANY_ORDERS:
        return _show_again(request, instrument, again, problem=reason["detail"])
    return go_to(request, reverse("order", args=[placed["id"]]))


def nothing_placed(request: GatewayRequest) -> HttpResponse:
    """Say so to who has been signed out meanwhile; the sign-in leads to the ticket as it was filled in."""
    names = ("side", "type", "quantity", "limit_price", "time_in_force", "key")
    typed = {name: request.POST[name][:128] for name in names if name in request.POST}
    ticker = request.POST.get("ticker", "").replace("/", "")[:40]
    ticket = reverse("instrument", args=[ticker]) if ticker else reverse("instruments")
    messages.warning(
        request, _("You were signed out, so nothing was placed. Sign in to go on with your order.")
    )
    return go_to(request, sign_in_for(f"{ticket}?{urlencode(typed)}"))


def _has_moved(instrument: dict[str, Any], ticket: Ticket, submitted: dict[str, str]) -> bool:
    worst_price = price_parse(submitted.get("worst_price"))
    return worst_price is None or is_beyond(instrument, ticket.side, worst_price)


def _terms(ticker: str, ticket: Ticket, submitted: dict[str, str]) -> dict[str, Any]:
    """The body of the order."""
    terms = {"ticker": ticker, "side": ticket.side, "type": ticket.type, "quantity": ticket.quantity}
    if not ticket.is_limit:
        return {**terms, "worst_price": submitted["worst_price"]}
    return {**terms, "limit_price": ticket.limit.price, "time_in_force": ticket.limit.time_in_force}


def _refused(
    request: GatewayRequest, instrument: dict[str, Any], submitted: dict[str, str], refusal: GatewayProblem
) -> HttpResponse:
    """The ticket with what the API said, beside the field it is about."""
    if refusal.code == "idempotency_key_reused":
        problem = _(
            "You have already placed another order from this form. Review this one again "
            "if you want to place it too."
        )
        return _show_again(request, instrument, {**submitted, "key": str(uuid4())}, problem=problem)
    errors = {error.get("field", ""): error.get("detail", "") for error in refusal.errors}
    beside = {field: errors[field] for field in ("quantity", "limit_price") if errors.get(field)}
    return _show_again(
        request, instrument, submitted, errors=beside, problem="" if beside else refusal.detail
    )


def _show_again(
    request: GatewayRequest,
    instrument: dict[str, Any],
    submitted: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    moved: bool = False,
) -> HttpResponse:
    """The ticket or its review, as it stands now: nothing was placed."""
    wanted = TICKET if wants_fragment(request) else OWN_PAGE
    parts = parts_read(request, instrument["ticker"], *wanted, instrument=instrument)
    ticket = ticket_of(submitted, parts)
    errors = errors or {}
    ticket = replace(
        ticket,
        problem=problem,
        moved=moved,
        error=errors.get("quantity") or ticket.error,
        limit=replace(ticket.limit, error=errors.get("limit_price") or ticket.limit.error),
    )
    return show_instrument(request, parts, ticket)


def _same_order(request: GatewayRequest, ticker: str, ticket: Ticket) -> dict[str, Any] | None:
    """The order that this form has become before its price was reviewed again, as after Back."""
    placed = _order_with_key(request, ticket.key)
    terms = {"ticker": ticker, "side": ticket.side, "type": ticket.type, "quantity": ticket.quantity}
    is_same = placed and not ticket.is_limit and terms.items() <= placed.items()
    return placed if is_same else None


def _order_with_key(request: GatewayRequest, key: str) -> dict[str, Any] | None:
    """The order that this form has become already."""
    found: list[dict[str, Any]] = request.gateway.get("/api/v1/orders", client_order_id=key)["results"]
    return found[0] if found else None
