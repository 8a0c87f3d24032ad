"""Price alerts: all of them on a page, those of an instrument beside its chart; set and deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.alerts.panel import ADDRESS, AlertForm, alerts_ask, panel_context
from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import attempt, go_to, next_address, page_links, show_early, signed_in, wants_fragment
from web_frontend.templatetags.formatting import money


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def alerts_show(request: GatewayRequest) -> HttpResponse:
    """All alerts; a POST sets one. Then the panel for htmx, otherwise back."""
    if request.method != "POST":
        return _page(request, AlertForm(initial={"ticker": request.GET.get("ticker", "")[:32]}))
    form = AlertForm(request.POST)
    made = submitted(form, lambda: request.gateway.post(ADDRESS, form.body), refusals=(400, 409, 422))
    if wants_fragment(request):
        ticker = form.data.get("ticker", "")[:32]
        message = {"alert_message": _words(made)} if made else {}
        return _panel(request, ticker, None if made else form, status=200 if made else 422, **message)
    if made is None:
        return _page(request, form, status=422)
    messages.success(request, _words(made))
    return go_to(request, next_address(request, reverse("alerts")))


@require_POST
@signed_in
def alert_delete(request: GatewayRequest, alert_id: UUID) -> HttpResponse:
    """Delete an alert; one that is gone already stays so."""
    try:
        request.gateway.delete(f"{ADDRESS}/{quote(str(alert_id))}")
    except GatewayProblem as problem:
        if problem.status != 404:
            raise
    if wants_fragment(request):
        ticker = request.POST.get("ticker", "")[:32]
        return _panel(request, ticker, None, alert_message=_("The price alert is deleted."))
    messages.success(request, _("The price alert is deleted."))
    return go_to(request, next_address(request, reverse("alerts")))


def _words(alert: dict[str, Any]) -> str:
    text = {
        "above": _("You will be told when %(ticker)s rises to %(price)s."),
        "below": _("You will be told when %(ticker)s falls to %(price)s."),
    }[alert["direction"]]
    return text % {"ticker": alert["ticker"], "price": money(alert["price"], alert["currency"])}


def _panel(
    request: GatewayRequest, ticker: str, form: AlertForm | None, *, status: int = 200, **message: str
) -> HttpResponse:
    context = {**panel_context(ticker, attempt(alerts_ask(request, ticker)), form), **message}
    return render(request, "alerts/panel.html", context, status=status)


def _page(request: GatewayRequest, form: AlertForm, *, status: int = 200) -> HttpResponse:
    query: dict[str, Any] = {name: request.GET[name] for name in ("cursor",) if name in request.GET}
    asked = request.gateway.ask(ADDRESS, **query)

    def answered() -> tuple[dict[str, Any], int]:
        answer = attempt(asked)
        return {"answer": answer, **page_links(answer)}, 503 if answer is None else status

    return show_early(request, "alerts/page.html", {"form": form}, answered)
