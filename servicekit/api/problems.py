"""Errors as RFC 9457 ``application/problem+json``: one shape for every refusal of every service."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from servicekit.errors import DomainError, FieldError, FieldsRefused
from servicekit.telemetry import current_request_id

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

#: Codes of a bad field that say nothing special; alone they do not become the problem's own code.
GENERAL_FIELD_CODES = {
    "invalid", "required", "null", "blank", "unknown_field", "read_only_field", "max_length", "min_length",
    "not_a_list", "not_a_dict", "invalid_choice", "does_not_exist", "max_value", "min_value", "empty",
    "max_digits", "max_decimal_places", "max_whole_digits", "max_string_length",
    "surrogate_characters_not_allowed", "null_characters_not_allowed", "date", "datetime", "make_aware",
    "overflow",
}  # fmt: skip


class NotFound(DomainError):
    """It does not exist, or it belongs to another user: the caller cannot tell which."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is nothing at this address, or it is not yours.")


class Unavailable(DomainError):
    """The database does not respond."""

    code = "service_unavailable"
    status = 503
    title = _("Temporarily unavailable")
    message = _("The service cannot answer right now. Try again in a few seconds.")


#: DRF's and Django's own errors: (code, title, detail).
_KNOWN: list[tuple[type[Exception], str, Any, Any]] = [
    (
        exceptions.NotAuthenticated,
        "authentication_required",
        _("Sign-in required"),
        _("Send an access token: Authorization: Bearer …"),
    ),
    (
        exceptions.ParseError,
        "malformed_json",
        _("The body cannot be read"),
        _("The body is not valid JSON."),
    ),
    (
        exceptions.MethodNotAllowed,
        "method_not_allowed",
        _("Method not allowed"),
        _("This address does not support that method."),
    ),
    (
        exceptions.NotAcceptable,
        "not_acceptable",
        _("Not acceptable"),
        _("None of the accepted content types is available here."),
    ),
    (
        exceptions.UnsupportedMediaType,
        "unsupported_media_type",
        _("Unsupported content type"),
        _("Send the body as application/json."),
    ),
    (exceptions.NotFound, "not_found", NotFound.title, NotFound.message),
    (
        exceptions.PermissionDenied,
        "permission_denied",
        _("Not allowed"),
        _("You are not allowed to do this."),
    ),
]


def problem(
    *, code: str, status: int, title: Any, detail: Any, errors: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A problem document. ``errors``: ``[{field, code, detail}]``."""
    document: dict[str, Any] = {
        "type": f"{settings.PUBLIC_URL}/api/docs/#{code}",
        "title": str(title),
        "status": status,
        "detail": str(detail),
        "code": code,
        "trace_id": current_request_id(),
    }
    if errors:
        document["errors"] = errors
    return document


def body_too_large() -> dict[str, Any]:
    """The problem of a body beyond the service's limit."""
    most = _("At most %(kib)s KiB.") % {"kib": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024}
    return problem(code="body_too_large", status=413, title=_("The body is too large"), detail=most)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: any exception → a problem document. An unforeseen one is logged and a bare 500."""
    headers: dict[str, str] = {}
    if isinstance(error, OperationalError | InterfaceError):
        log.exception("the database failed")
        error = Unavailable()
    if isinstance(error, FieldsRefused):
        document = _validation_problem(error.errors)
    elif isinstance(error, DomainError):
        document = _domain_problem(error)
    elif isinstance(error, exceptions.ValidationError):
        document = _validation_problem(list(_field_errors(error.get_full_details())))
    elif isinstance(error, RequestDataTooBig):
        document = body_too_large()
    else:
        if isinstance(error, Http404):
            error = exceptions.NotFound()
        elif isinstance(error, DjangoPermissionDenied):
            error = exceptions.PermissionDenied()
        document = _known_problem(error, headers)
    if document["status"] == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="birzha"'
    if document["status"] == 503:
        headers["Retry-After"] = "2"
    if retry_after := getattr(error, "retry_after", None):
        headers["Retry-After"] = str(retry_after)
    set_rollback()
    answer = Response(document, status=document["status"], headers=headers, content_type=None)
    if isinstance(error, DomainError) and error.status >= 500:  # foreseen: Django would call it an error
        log.warning("refused: %s", error.code)
        answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _domain_problem(error: DomainError) -> dict[str, Any]:
    errors = [asdict(FieldError(error.field, error.code, error.detail))] if error.field else None
    document = problem(
        code=error.code, status=error.status, title=error.title, detail=error.detail, errors=errors
    )
    return {**document, **error.members}


def _validation_problem(errors: Sequence[FieldError]) -> dict[str, Any]:
    code: str = FieldsRefused.code
    detail: Any = FieldsRefused.message
    if len(errors) == 1:
        detail = errors[0].detail
        if errors[0].code not in GENERAL_FIELD_CODES:
            code = errors[0].code
    shown = [asdict(error) for error in errors]
    return problem(code=code, status=400, title=FieldsRefused.title, detail=detail, errors=shown)


def _field_errors(details: Any, path: str = "") -> Iterator[FieldError]:
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield FieldError(path or "body", details["code"], str(details["message"]))
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _field_errors(inner, f"{path}.{name}" if path else str(name))
    else:
        for inner in details:
            yield from _field_errors(inner, path)


def _known_problem(error: Exception, headers: dict[str, str]) -> dict[str, Any]:
    for kind, code, title, detail in _KNOWN:
        if isinstance(error, kind) and isinstance(error, exceptions.APIException):
            return problem(code=code, status=error.status_code, title=title, detail=detail)
    if isinstance(error, exceptions.APIException):
        return problem(
            code=str(error.default_code),
            status=error.status_code,
            title=error.default_detail,
            detail=error.detail,
        )
    log.exception("unexpected error", exc_info=error)
    return problem(
        code="internal_error",
        status=500,
        title=_("Internal error"),
        detail=_("Something went wrong on our side. It has been logged under the trace id."),
    )
