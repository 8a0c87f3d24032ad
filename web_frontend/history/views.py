"""The history, a row for each trade; filters live in the address, files have what they let through."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from servicekit.contracts.values import OPERATION_KINDS
from web_frontend.forms import DayField
from web_frontend.gateway_client import GatewayRequest
from web_frontend.instrument_names import instrument_names
from web_frontend.labels import LABELS
from web_frontend.pages import (
    attempt,
    follow_filters,
    page_links,
    show,
    show_early,
    signed_in,
    wants_fragment,
)


class FilterForm(forms.Form):
    """What of the history to show; every field may be left empty."""

    type = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", pgettext_lazy("kinds of operation", "All")),
            *((kind, LABELS["operation"][kind]) for kind in OPERATION_KINDS),
        ],
    )
    ticker = forms.CharField(
        label=_("Instrument"),
        required=False,
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": _("Ticker"), "autocapitalize": "characters"}
        ),
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)

    def clean_ticker(self) -> str:
        """Tickers are upper case."""
        return str(self.cleaned_data["ticker"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        data = self.cleaned_data
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("The last day is before the first."))
        return data


#: What the filtered rows can be had as: the words of the link, its address, and what that says besides.
FILES: tuple[tuple[Any, str, dict[str, str]], ...] = (
    (_("CSV for Excel"), "history_csv", {"for": "excel"}),
    (_("XLSX"), "history_xlsx", {}),
    (_("CSV"), "history_csv", {}),
)


@require_safe
@signed_in
def history_show(request: GatewayRequest) -> HttpResponse:
    """The operations that the filters let through, newest first."""
    form = FilterForm(request.GET, auto_id="filter-%s")
    if not form.is_valid():
        refused = {"form": form, "refused": True, "fragment": wants_fragment(request)}
        return show(request, "history/page.html", refused, fragment="history/rows.html", status=422)
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    asked = request.gateway.ask(
        "/api/v1/operations",
        **filter_params(form.cleaned_data),
        fees="included",
        cursor=request.GET.get("cursor", ""),
    )

    def answered() -> tuple[dict[str, Any], int]:
        answer = attempt(asked)
        if answer:
            _name(request, answer["results"])
        return {"answer": answer, **page_links(answer, **chosen)}, 200 if answer else 503

    context: dict[str, Any] = {
        "form": form,
        "chosen": bool(chosen),
        "folded": len(chosen.keys() - {"type"}),
        "files": [(words, _address(name, {**more, **chosen})) for words, name, more in FILES],
        "here": request.get_full_path(),
        "fragment": wants_fragment(request),
    }
    response = show_early(request, "history/page.html", context, answered, fragment="history/rows.html")
    if wants_fragment(request) and response.status_code == 200:
        follow_filters(request, response, _address("history", chosen), typed="ticker")
    return response


def _name(request: GatewayRequest, operations: list[dict[str, Any]]) -> None:
    """Give those a name that came without one."""
    nameless = [row for row in operations if not row["name"]]
    names = instrument_names(request, (row["ticker"] for row in nameless))
    for row in nameless:
        row["name"] = names.get(row["ticker"], "")


def filter_params(data: dict[str, Any]) -> dict[str, Any]:
    """The filters as the API takes them: whole days of the visitor's time zone.

    Nothing is later than the last day that there is (9999-12-31): it has no end.
    """
    until: date | None = data["until"]
    return {
        "type": data["type"],
        "ticker": data["ticker"],
        "from": _midnight(data["since"]),
        "to": _midnight(until + timedelta(days=1)) if until and until < date.max else "",
    }


def _midnight(day: date | None) -> str:
    if day is None:
        return ""
    return datetime.combine(day, time(), timezone.get_current_timezone()).isoformat()


def _address(name: str, chosen: dict[str, Any]) -> str:
    return reverse(name) + (f"?{urlencode(chosen)}" if chosen else "")
