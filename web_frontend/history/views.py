"""The history of operations: filters live in the address, the export gives what is filtered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from servicekit.contracts.values import OPERATION_KINDS
from web_frontend.errors import not_found, refused, unavailable
from web_frontend.forms import DayField
from web_frontend.gateway_client import GatewayProblem, GatewayRequest, GatewayUnavailable, SignedOut
from web_frontend.labels import LABELS
from web_frontend.pages import page_links, show, signed_in, wants_fragment


class FilterForm(forms.Form):
    """What of the history to show; every field may be left empty."""

    type = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All")), *((kind, LABELS["operation"][kind]) for kind in OPERATION_KINDS)],
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


@require_safe
@signed_in
def history_show(request: GatewayRequest) -> HttpResponse:
    """The operations that the filters let through, newest first."""
    form = FilterForm(request.GET, auto_id="filter-%s")
    if not form.is_valid():
        return _rows(request, {"form": form, "answer": None, "refused": True}, 422)
    try:
        answer = request.gateway.get(
            "/api/v1/operations", **_params(form.cleaned_data), cursor=request.GET.get("cursor", "")
        )
    except GatewayUnavailable:
        return _rows(request, {"form": form, "answer": None, "here": request.get_full_path()}, 503)
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    context = {
        "form": form,
        "answer": answer,
        "chosen": bool(chosen),
        "export": _address("history_export", chosen),
        **page_links(answer, **chosen),
    }
    response = _rows(request, context, 200)
    if wants_fragment(request):
        response["HX-Push-Url"] = _address("history", chosen)
    return response


@require_safe
@signed_in
def history_export(request: GatewayRequest) -> HttpResponse:
    """The filtered operations as CSV, which nginx gets from the API and gives on, however slow the reader.

    No thread of the pages waits for it, and what cuts the file there cuts it in the browser, too.
    """
    form = FilterForm(request.GET)
    if not form.is_valid():
        return refused(request, GatewayProblem(422, "validation_failed", _first_error(form)))
    if not request.headers.get("X-Birzha-Exports"):  # nobody there who could take it over
        raise GatewayUnavailable("/history.csv", "nginx is not in front")
    query = {name: value for name, value in _params(form.cleaned_data).items() if value}
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["X-Birzha-Disposition"] = f'attachment; filename="birzha-history-{timezone.localdate()}.csv"'
    response["X-Accel-Redirect"] = f"/.handed-over/api/v1/operations?{urlencode(query)}"
    response["X-Birzha-Authorization"] = request.gateway.authorization()
    return response


@require_safe
def export_refused(request: GatewayRequest) -> HttpResponse:
    """What a browser gets when the API has refused the file that was asked for.

    nginx says with which status; why is what the rows are refused for that the file would have had.
    """
    given = request.headers.get("X-Birzha-Refused", "")
    status = int(given) if given.isdecimal() else 404
    if status >= 500:
        return unavailable(request)
    if status == 401:
        raise SignedOut("token_invalid")
    if status == 404:
        return not_found(request)
    asked: dict[str, Any] = request.GET.dict()
    request.gateway.get("/api/v1/operations", **asked | {"page_size": 1})
    detail = _("The file could not be downloaded. Go back, reload the page and try again.")
    if status == 429:
        detail = _("Only a few files can be prepared for you at a time. Try again when they are downloaded.")
    return refused(request, GatewayProblem(status, "", str(detail)))


def _rows(request: GatewayRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return show(request, "history/page.html", context, fragment="history/rows.html", status=status)


def _params(data: dict[str, Any]) -> dict[str, Any]:
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


def _first_error(form: FilterForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _address(name: str, chosen: dict[str, Any]) -> str:
    return reverse(name) + (f"?{urlencode(chosen)}" if chosen else "")
