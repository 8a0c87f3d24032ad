"""Django's own errors, outside the APIs: a problem document, or in a browser at the admin a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from servicekit.api import without_extras  # noqa: F401 - before what loads the framework
from servicekit.api.problems import CONTENT_TYPE, NotFound, body_too_large, problem


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, for addresses that no view has."""
    return _answer(
        request, problem(code="not_found", status=404, title=NotFound.title, detail=NotFound.message)
    )


class MethodNotAllowedMiddleware:
    """A 405 of Django's own views, the admin's, has nothing in it: it becomes a problem or a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            return method_not_allowed(request, response.get("Allow", ""))
        return response


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: what is only shown was written to, or the other way round."""
    answer = _answer(
        request,
        problem(
            code="method_not_allowed",
            status=405,
            title=_("Method not allowed"),
            detail=_("This address does not support that method."),
        ),
    )
    answer["Allow"] = allowed
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """500, for what happened outside the APIs."""
    return _answer(
        request,
        problem(
            code="internal_error", status=500, title=_("Internal error"), detail=_("It has been logged.")
        ),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a forged Host, too many fields; 413: a form that is too large."""
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, body_too_large())
    return _answer(
        request,
        problem(
            code="bad_request", status=400, title=_("Bad request"), detail=_("The request cannot be read.")
        ),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: an operator without the permission."""
    return _answer(
        request,
        problem(
            code="permission_denied",
            status=403,
            title=_("Not allowed"),
            detail=_("You are not allowed to do this."),
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its CSRF token, mostly one that was opened before signing in or out."""
    missing = _("The CSRF token is missing.")
    reload = _("The form is no longer valid. Reload the page and try again.")
    detail = reload if _wants_page(request) else missing
    return _answer(request, problem(code="csrf_failed", status=403, title=_("Not allowed"), detail=detail))


def _answer(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    """The problem as it is asked for; nothing of the request is needed that could fail once more."""
    headers = {"Cache-Control": "no-store"}
    if _wants_page(request):
        page = render_to_string("servicekit/error.html", document | {"home": _home(request)})
        return HttpResponse(page, status=document["status"], headers=headers)
    return JsonResponse(document, status=document["status"], content_type=CONTENT_TYPE, headers=headers)


def _wants_page(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/") and "text/html" in request.META.get("HTTP_ACCEPT", "")


def _home(request: HttpRequest) -> str:
    """The admin's first page: ``/admin/<slug>/``."""
    return "/".join(request.path.split("/")[:3]) + "/"
