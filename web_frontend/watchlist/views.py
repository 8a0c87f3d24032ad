"""The star of an instrument: puts it on the watchlist, or takes it off."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import go_to, next_address, signed_in, wants_fragment
from web_frontend.watchlist.watched import ADDRESS


@require_POST
@signed_in
def instrument_watch(request: GatewayRequest, ticker: str) -> HttpResponse:
    """Put it on the watchlist if ``watched`` is ``yes``, otherwise take it off; pressed twice it stays so."""
    watched = request.POST.get("watched") == "yes"
    address = f"{ADDRESS}/{quote(ticker, safe='')}"
    back = next_address(request, reverse("instruments"))
    try:
        if watched:
            request.gateway.put(address)
        else:
            request.gateway.delete(address)
    except GatewayProblem as refusal:
        if refusal.status != 409 or wants_fragment(request):
            raise
        messages.warning(request, refusal.detail)
        return go_to(request, back)
    if wants_fragment(request):
        return render(
            request, "watchlist/star.html", {"ticker": ticker, "starred": watched, "words": _words(watched)}
        )
    messages.success(request, f"{ticker}: {_words(watched)}")
    return go_to(request, back)


def _words(watched: bool) -> str:
    return _("on the watchlist") if watched else _("no longer on the watchlist")
