"""Asking for orders back: one, or all that are open."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.forms import typed
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.orders.listing import STATUSES, Filters, show_list
from web_frontend.orders.state import order_context
from web_frontend.pages import attempt, go_to, next_address, signed_in, wants_fragment


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
        return go_to(request, next_address(request, reverse("order", args=[order_id])))
    if request.htmx.target == "orders":
        return show_list(request, Filters.read(request.POST), problem=problem)
    order = request.gateway.get(f"/api/v1/orders/{order_id}")
    return render(request, "orders/state.html", {**order_context(order), "problem": problem})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def orders_cancel_all(request: GatewayRequest) -> HttpResponse:
    """Ask for all open orders back, of one instrument or of all: after a question."""
    ticker = typed(request.POST, "ticker", 32) or typed(request.GET, "ticker", 32)
    back = Filters(ticker=ticker).address
    if request.method != "POST":
        answer = attempt(
            lambda: request.gateway.get("/api/v1/orders", status=STATUSES["open"], ticker=ticker)
        )
        context = {"ticker": ticker, "answer": answer, "back": back}
        return render(request, "orders/cancel_all.html", context, status=200 if answer else 503)
    try:
        answer = request.gateway.post("/api/v1/orders/cancel-all", {"ticker": ticker} if ticker else {})
    except GatewayProblem as refusal:
        if refusal.status != 400:
            raise
        messages.warning(request, refusal.detail)
        return go_to(request, back)
    count = len(answer["ids"])
    if count:
        message = ngettext(
            "Cancellation of %(count)s order was requested.",
            "Cancellation of %(count)s orders was requested.",
            count,
        )
        messages.success(request, message % {"count": count})
    else:
        messages.info(request, _("There were no open orders to cancel."))
    return go_to(request, back)
