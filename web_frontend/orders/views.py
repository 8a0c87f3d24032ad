"""Orders: placing one, the page of one that shows its states by itself, and the list of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from servicekit.contracts.reject_reasons import RejectCode
from servicekit.contracts.values import FINAL_STATUSES
from web_frontend.cash.account import account_read
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.instruments.views import show_instrument
from web_frontend.orders.sentences import order_sentence
from web_frontend.pages import attempt, go_to, page_links, show, signed_in, wants_fragment
from web_frontend.ticket.ticket import is_beyond, key_after, price_parse, ticket_read

#: Seconds between two polls of an order's state: in its first minute, and later.
YOUNG_POLL_S, LATER_POLL_S = 1, 5
YOUNG_S = 60


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def order_list(request: GatewayRequest) -> HttpResponse:
    """The orders, newest first; a POST places one."""
    if request.method == "POST":
        return _order_place(request)
    answer = attempt(lambda: request.gateway.get("/api/v1/orders", cursor=request.GET.get("cursor", "")))
    context = {"answer": answer, **page_links(answer)}
    return show(
        request, "orders/page.html", context, fragment="orders/rows.html", status=200 if answer else 503
    )


def _order_place(request: GatewayRequest) -> HttpResponse:
    """Place what was reviewed, bound by its worst price. The form's key makes pressing it twice one order.

    When the price has gone beyond that, the review is shown anew and nothing is placed.
    """
    ticker = request.POST.get("ticker", "")[:40]
    instrument = request.gateway.get(f"/api/v1/instruments/{quote(ticker, safe='')}", public=True)
    submitted = {**request.POST.dict(), "step": "review"}
    ticket = ticket_read(submitted, instrument=instrument, account=None, positions=None)
    worst_price = price_parse(request.POST.get("worst_price"))
    if ticket.quantity is None:
        return _show_again(request, instrument, submitted)
    if worst_price is None or ticket.blocked_reason or is_beyond(instrument, ticket.side, worst_price):
        if placed := _order_with_key(request, ticket.key):
            return go_to(request, reverse("order", args=[placed["id"]]))
        return _show_again(request, instrument, submitted, moved=not ticket.blocked_reason)
    order = {
        "ticker": ticker,
        "side": ticket.side,
        "type": "market",
        "quantity": ticket.quantity,
        "worst_price": request.POST["worst_price"],
    }
    try:
        placed = request.gateway.post("/api/v1/orders", order, key=ticket.key)
    except GatewayProblem as refusal:
        if refusal.status not in (400, 409, 422) and refusal.code != "order_quota_exceeded":
            raise
        problem = refusal.detail
        if refusal.code == "idempotency_key_reused":
            submitted["key"] = str(uuid4())
            problem = _(
                "You have already placed another order from this form. Review this one again "
                "if you want to place it too."
            )
        return _show_again(request, instrument, submitted, problem=problem)
    if (placed.get("reject_reason") or {}).get("code") == RejectCode.PRICE_MOVED:
        submitted["key"] = key_after(ticket.key)
        return _show_again(request, instrument, submitted, moved=True)
    return go_to(request, reverse("order", args=[placed["id"]]))


def _show_again(
    request: GatewayRequest,
    instrument: dict[str, Any],
    submitted: dict[str, str],
    *,
    problem: str = "",
    moved: bool = False,
) -> HttpResponse:
    """The ticket or its review, as it stands now: nothing was placed."""
    positions = attempt(lambda: request.gateway.get("/api/v1/positions"))
    account = attempt(lambda: account_read(request))
    ticket = ticket_read(submitted, instrument=instrument, account=account, positions=positions)
    return show_instrument(request, instrument, replace(ticket, problem=problem, moved=moved), positions)


def _order_with_key(request: GatewayRequest, key: str) -> dict[str, Any] | None:
    """The order that this form has become already."""
    found: list[dict[str, Any]] = request.gateway.get("/api/v1/orders", client_order_id=key)["results"]
    return found[0] if found else None


@require_safe
@signed_in
def order_show(request: GatewayRequest, order_id: UUID) -> HttpResponse:
    """One order; its fragment asks again by itself until the order is final.

    The fragment says what it shows (``seen``): nothing new is a 204, so that nothing moves under
    the reader's focus.
    """
    order = request.gateway.get(f"/api/v1/orders/{order_id}")
    context = _order_context(order)
    if wants_fragment(request) and request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    response = show(request, "orders/order.html", context, fragment="orders/state.html")
    if wants_fragment(request) and context["final"]:
        response["HX-Trigger"] = "order-final"
    return response


@require_POST
@signed_in
def order_cancel(request: GatewayRequest, order_id: UUID) -> HttpResponse:
    """Ask for the order back; whether it is in time, the page shows by itself."""
    problem = ""
    try:
        request.gateway.post(f"/api/v1/orders/{order_id}/cancel")
    except GatewayProblem as refusal:
        if refusal.status != 409:
            raise
        problem = refusal.detail
    if not wants_fragment(request):
        if problem:
            messages.warning(request, problem)
        return go_to(request, reverse("order", args=[order_id]))
    order = request.gateway.get(f"/api/v1/orders/{order_id}")
    context = {**_order_context(order), "problem": problem}
    return render(request, "orders/state.html", context)


def _order_context(order: dict[str, Any]) -> dict[str, Any]:
    final = order["status"] in FINAL_STATUSES
    age = (timezone.now() - datetime.fromisoformat(order["created_at"])).total_seconds()
    every = YOUNG_POLL_S if age < YOUNG_S else LATER_POLL_S
    shown = f"{order['cancel_requested_at']} {order['status']} {order['updated_at']} {every} {get_language()}"
    return {
        "order": order,
        "final": final,
        "canceling": bool(order["cancel_requested_at"]),
        "every": every,
        "sentence": order_sentence(order),
        "seen": hashlib.sha256(shown.encode()).hexdigest()[:12],
    }
