"""Orders: the list of them, and the page of one that shows its states by itself."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from web_frontend.gateway_client import GatewayRequest, SignedOut
from web_frontend.orders.listing import Filters, show_list
from web_frontend.orders.next_step import next_step
from web_frontend.orders.place import nothing_placed, order_place
from web_frontend.orders.state import order_context
from web_frontend.pages import fetch_all, show, signed_in, wants_fragment
from web_frontend.sessions.tokens import is_signed_in, sign_out


@require_http_methods(["GET", "HEAD", "POST"])
def orders(request: GatewayRequest) -> HttpResponseBase:
    """The orders, open ones first; a POST places one."""
    if request.method != "POST":
        return order_list(request)
    try:
        return order_place(request) if is_signed_in(request) else nothing_placed(request)
    except SignedOut:  # elsewhere
        sign_out(request)
        return nothing_placed(request)


@signed_in
def order_list(request: GatewayRequest) -> HttpResponse:
    """The list."""
    return show_list(request, Filters.read(request.GET), seen=request.GET.get("seen", ""))


@require_safe
@signed_in
def order_show(request: GatewayRequest, order_id: UUID) -> HttpResponse:
    """One order; its fragment asks again by itself until the order is final.

    The fragment says what it shows (``seen``): nothing new is a 204, so that nothing moves under
    the reader's focus.
    """
    (order,) = fetch_all(request, request.gateway.ask(f"/api/v1/orders/{order_id}"))
    context = order_context(order)
    if wants_fragment(request) and request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    if context["final"]:
        context["next_step"] = next_step(request, order)
    response = show(request, "orders/order.html", context, fragment="orders/state.html")
    if wants_fragment(request) and context["final"]:
        response["HX-Trigger"] = "order-final"
    return response
