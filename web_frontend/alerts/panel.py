"""The price alerts of one instrument, and the form of a new one: a panel of its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from web_frontend.forms import PageForm, PriceField
from web_frontend.gateway_client import GatewayProblem, GatewayRequest

ADDRESS = "/api/v1/alerts"


class AlertForm(PageForm):
    """An instrument and the price at which one wants to be told."""

    ticker = forms.CharField(
        label=_("Ticker"), max_length=32, error_messages={"required": _("Enter a ticker.")}
    )
    price = PriceField(
        label=_("Price"),
        max_length=40,
        error_messages={"required": _("Enter a price.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="alert-%s")

    @property
    def body(self) -> dict[str, Any]:
        """What the API is sent."""
        return {"ticker": self.cleaned_data["ticker"], "price": f"{self.cleaned_data['price']:f}"}


def alerts_ask(request: GatewayRequest, ticker: str) -> Callable[[], dict[str, Any]]:
    """Ask for what waits for prices of an instrument; nothing for what is no ticker."""
    asked = request.gateway.ask(ADDRESS, ticker=ticker, waiting="true")

    def alerts() -> dict[str, Any]:
        try:
            return asked()
        except GatewayProblem as problem:
            if problem.status != 400:
                raise
            return {"results": []}

    return alerts


def panel_context(
    ticker: str, alerts: dict[str, Any] | None, form: AlertForm | None = None
) -> dict[str, Any]:
    """What ``alerts/panel.html`` needs.

    Args:
        alerts: see :func:`alerts_ask`; None: not known.
        form: one that was refused.
    """
    return {
        "alerts": alerts,
        "alert_form": form or AlertForm(initial={"ticker": ticker}),
        "alert_ticker": ticker,
        "alert_back": _page_of(ticker),
    }


def _page_of(ticker: str) -> str:
    """The page of what was typed as a ticker; of what can be none, the page of all alerts."""
    try:
        return reverse("instrument", args=[ticker])
    except NoReverseMatch:
        return reverse("alerts")
