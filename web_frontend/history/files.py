"""Files of the history, and statements: nginx gets them from the API and gives them on.

No thread of the pages waits for it, however slow its reader; what cuts it there cuts it in the browser, too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from web_frontend.display import zones
from web_frontend.errors import not_found, refused, unavailable
from web_frontend.gateway_client import GatewayProblem, GatewayRequest, GatewayUnavailable, SignedOut
from web_frontend.history.views import FilterForm, filter_params
from web_frontend.page_locale import page_locale
from web_frontend.pages import attempt, signed_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@signed_in
def history_csv(request: GatewayRequest) -> HttpResponse:
    """The filtered rows as CSV; with ``for=excel`` as a spreadsheet of the page's language opens it."""
    local = _local() if request.GET.get("for") == "excel" else {}
    return _history(request, "csv", local, content_type="text/csv; charset=utf-8")


@require_safe
@signed_in
def history_xlsx(request: GatewayRequest) -> HttpResponse:
    """The filtered rows as a workbook."""
    return _history(request, "xlsx", _local(), content_type=XLSX)


@require_safe
@signed_in
def statements_show(request: GatewayRequest) -> HttpResponse:
    """The months that there are statements of."""
    answer = attempt(lambda: request.gateway.get("/api/v1/statements", time_zone=_zone()))
    context = {"statements": answer}
    return render(request, "history/statements.html", context, status=200 if answer else 503)


class _MonthForm(forms.Form):
    """Which statement."""

    month = forms.RegexField(r"\A(?!0000)[0-9]{4}-(0[1-9]|1[0-2])\Z", strip=False)


@require_safe
@signed_in
def statement_pdf(request: GatewayRequest) -> HttpResponse:
    """The statement of a month, ``?month=2026-11``, as PDF."""
    form = _MonthForm(request.GET)
    if not form.is_valid():
        return _no_statement(request)
    month = form.cleaned_data["month"]
    query = {"format": "pdf", **_local()}
    name = f"birzha-statement-{month}.pdf"
    return _handed_over(request, f"/api/v1/statements/{month}", query, name, content_type="application/pdf")


@require_safe
def export_refused(request: GatewayRequest) -> HttpResponse:
    """What a browser gets when the API has refused the file that was asked for.

    nginx says with which status; why is what the rows are refused for that the file would have had.
    """
    given, is_statement = request.headers.get("X-Birzha-Refused", ""), request.GET.get("format") == "pdf"
    status = int(given) if given.isdecimal() else 404
    if status >= 500:
        return unavailable(request)
    if status == 401:
        raise SignedOut("token_invalid")
    if status == 404:
        return _no_statement(request) if is_statement else not_found(request)
    asked: dict[str, Any] = request.GET.dict() | {"format": "json", "page_size": 1}
    request.gateway.get("/api/v1/operations", **asked)
    detail = _("The file could not be downloaded. Go back, reload the page and try again.")
    if status == 429:
        detail = _("Only a few files can be prepared for you at a time. Try again when they are downloaded.")
    elif status == 400:  # there is nothing wrong with the rows: there are too many of them
        detail = _("There are too many operations for such a file. Choose fewer days, or take CSV.")
        if is_statement:
            detail = _(
                "There are too many operations in this month for a statement. Take the history as CSV."
            )
    return refused(request, GatewayProblem(status, "", str(detail)))


def _no_statement(request: GatewayRequest) -> HttpResponse:
    """For what is no month, one to come, and one of before the account."""
    detail = _(
        "The first one is of the month in which your account was opened, the last one of the present month."
    )
    return not_found(request, title=str(_("There is no statement of this month")), detail=str(detail))


def _history(request: GatewayRequest, kind: str, local: dict[str, str], *, content_type: str) -> HttpResponse:
    form = FilterForm(request.GET)
    if not form.is_valid():
        return refused(request, GatewayProblem(422, "validation_failed", _first_error(form)))
    query = {name: value for name, value in filter_params(form.cleaned_data).items() if value}
    query |= {"format": kind, "fees": "included", **local}
    name = f"birzha-history-{timezone.localdate()}.{kind}"
    return _handed_over(request, "/api/v1/operations", query, name, content_type=content_type)


def _handed_over(
    request: GatewayRequest, path: str, query: dict[str, Any], name: str, *, content_type: str
) -> HttpResponse:
    """The answer by which nginx takes over.

    Args:
        path, query: where the API has the file.
        name: what the browser stores it as.

    Raises:
        GatewayUnavailable: there is nobody who could take it over.
    """
    if not request.headers.get("X-Birzha-Exports"):
        raise GatewayUnavailable(request.path, "nginx is not in front")
    response = HttpResponse(content_type=content_type)
    response["X-Birzha-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Redirect"] = f"/.handed-over{path}?{urlencode(query)}"
    response["X-Birzha-Authorization"] = request.gateway.authorization()
    return response


def _local() -> dict[str, str]:
    """For whom the file is."""
    return {"locale": page_locale().language, "time_zone": _zone()}


def _zone() -> str:
    """The page's zone by a name that the API knows."""
    name = str(page_locale().zone)
    return name if name in zones() else "UTC"


def _first_error(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])
