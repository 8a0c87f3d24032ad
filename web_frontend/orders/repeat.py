"""Repeating an order: the ticket that it came from, filled in again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import go_to, signed_in


@require_safe
@signed_in
def order_repeat(request: GatewayRequest, order_id: UUID) -> HttpResponse:
    """Lead to the ticket with the terms of an order; nothing is placed by it."""
    return go_to(request, ticket_address(request.gateway.get(f"/api/v1/orders/{order_id}")))


def ticket_address(order: dict[str, Any], **changed: str) -> str:
    """The address of the ticket that an order came from, with some of its fields changed.

    On a phone the ticket stands below the chart, so the address leads to it.
    """
    names = ["side", "quantity"]
    if order["type"] == "limit":
        names += ["type", "limit_price", "time_in_force"]
    data = {name: str(order[name]) for name in names} | changed
    return f"{reverse('instrument', args=[order['ticker']])}?{urlencode(data)}#ticket"
