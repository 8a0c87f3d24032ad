"""A page for each failure; for htmx, a message in the page that is already there."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import Resolver404, is_valid_path
from django.utils.cache import add_never_cache_headers
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from servicekit.telemetry import current_request_id
from web_frontend.gateway_client import GatewayProblem


def not_found(
    request: HttpRequest, exception: Exception | None = None, *, title: str = "", detail: str = ""
) -> HttpResponse:
    """404: no such page, or it belongs to somebody else; 301 where only a slash at the end is too much.

    Args:
        title, detail: what there is not, where more is known.
    """
    if isinstance(exception, Resolver404) and request.method in ("GET", "HEAD"):
        path = request.path.rstrip("/")
        if path != request.path and is_valid_path(path):
            query = request.META["QUERY_STRING"]
            return HttpResponsePermanentRedirect(escape_uri_path(path) + (f"?{query}" if query else ""))
    return _failure(
        request,
        404,
        title or _("This page does not exist"),
        detail or _("The address may be mistyped, or this page is not yours to see."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403: mostly a form that was opened before signing in or out."""
    if request.method == "GET" or getattr(request, "htmx", False):
        detail = _("You may have signed in or out in another window. Reload the page and try again.")
    else:  # to load this page again would be to send the form again
        detail = _("You may have signed in or out in another window. Go back, reload the page and try again.")
    title = _("This form is no longer valid")
    return _failure(request, 403, title, detail, retry=request.method == "GET")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a form or a host that cannot be read; 413: a form that is too large."""
    if isinstance(exception, RequestDataTooBig):
        return _failure(
            request,
            413,
            _("The form is too large"),
            _("The form that you sent is too large. Go back and try again with less text."),
        )
    return _failure(
        request, 400, _("This request cannot be read"), _("Go back, reload the page and try again.")
    )


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: a page that is only shown was written to, or the other way round."""
    response = _failure(
        request, 405, _("This request cannot be read"), _("Go back, reload the page and try again.")
    )
    response["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our mistake. 503 when it is only that the session store is away."""
    if isinstance(sys.exc_info()[1], RedisError):
        return unavailable(request)
    return _failure(
        request,
        500,
        _("Something went wrong on our side"),
        _("The error has been logged. Your money and your orders are not affected."),
        retry=True,
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: a source does not answer. What a form has sent may have arrived all the same."""
    if request.method == "POST":
        detail = _(
            "Your request may still have been carried out. Check your orders and your "
            "history first; pressing the same button again is safe."
        )
    else:
        detail = _("Nothing is lost. Please try again in a moment.")
    response = _failure(
        request,
        503,
        _("This part of Birzha does not answer right now"),
        detail,
        retry=request.method != "POST",
    )
    response["Retry-After"] = "3"
    response._has_been_logged = True  # type: ignore[attr-defined]  # by who noticed; Django calls it an error
    return response


def refused(request: HttpRequest, problem: GatewayProblem) -> HttpResponse:
    """What the API refused and no view had an answer to."""
    if problem.status == 404:
        return not_found(request)
    title = _("Too many requests") if problem.status == 429 else _("The request was refused")
    response = _failure(request, problem.status, title, problem.detail, retry=problem.status == 429)
    if problem.retry_after:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _failure(
    request: HttpRequest, status: int, title: str, detail: str, *, retry: bool = False
) -> HttpResponse:
    context = {"status": status, "title": title, "detail": detail, "retry": retry}
    context["trace_id"] = current_request_id()
    if getattr(request, "htmx", False):
        response = render(request, "errors/fragment.html", context, status=status)
        response["HX-Reswap"] = "none"
    else:
        response = render(request, "errors/page.html", context, status=status)
    add_never_cache_headers(response)
    return response
