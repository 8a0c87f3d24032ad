"""The clock alone, for a page that stays open."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from web_frontend.gateway_client import GatewayRequest
from web_frontend.market_clock.clock import clock_read


@require_safe
def clock_show(request: GatewayRequest) -> HttpResponse:
    """The clock; while nobody tells it, what is shown stays."""
    if clock_read(request.gateway).moment is None:
        return HttpResponse(status=204)
    return render(request, "market_clock/clock.html")
