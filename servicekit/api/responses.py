"""OpenAPI: error responses of any operation, by a service or by the gateway, and response headers.

Each error response and each header is a component that operations refer to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from servicekit.api.problems import CONTENT_TYPE

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "example": "/api/docs/#not_found"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "example": "not_found"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}
_PROBLEM_TEXTS = {
    "type": _(
        "A link to the explanation of the code: relative to this address or absolute. Both "
        "lead to the same place."
    ),
    "detail": _("In the language of Accept-Language."),
    "code": _("Stable, never translated."),
    "trace_id": _("The answer's X-Request-Id."),
}


@dataclass(frozen=True)
class Header:
    """A response header. ``required``: always present where it is listed."""

    schema: dict[str, Any]
    description: Any
    required: bool = False


@dataclass(frozen=True)
class Refusal:
    """An error response: the name of its component, its status, description and headers."""

    name: str
    description: Any
    headers: tuple[str, ...] = ()


_SECONDS = {"type": "integer", "minimum": 0}

HEADERS: dict[str, Header] = {
    "X-Request-Id": Header(
        {"type": "string", "format": "uuid"},
        _("The request's id, also on the log lines and events that it caused."),
        required=True,
    ),
    "Cache-Control": Header(
        {"type": "string"}, _("no-store, or how long the response may be cached."), required=True
    ),
    "ETag": Header({"type": "string"}, _("For If-None-Match.")),
    "WWW-Authenticate": Header(
        {"type": "string"}, _("Bearer, and what is wrong with the token."), required=True
    ),
    "Retry-After": Header(_SECONDS, _("Seconds to wait before the next try."), required=True),
    "X-RateLimit-Limit": Header(_SECONDS, _("How many requests may be made in a row.")),
    "X-RateLimit-Remaining": Header(_SECONDS, _("How many requests are left.")),
    "X-RateLimit-Reset": Header(_SECONDS, _("Seconds until more requests are allowed.")),
    "Idempotency-Replayed": Header(
        {"type": "string", "enum": ["true"]},
        _("The first response to the same key and body, repeated."),
    ),
    "Location": Header({"type": "string", "format": "uri-reference"}, _("The address of what was created.")),
    "Content-Disposition": Header({"type": "string"}, _("The name of the file.")),
}
RATE_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")

#: What operations are refused with, by status.
REFUSALS: dict[str, Refusal] = {
    "400": Refusal(
        "BadRequest", _("Something in the request is not valid: the address, a header, a field, the body.")
    ),
    "401": Refusal(
        "Unauthorized", _("No access token, or one that is no longer valid."), ("WWW-Authenticate",)
    ),
    "403": Refusal("Forbidden", _("An operator's cookie without the CSRF token, or without the permission.")),
    "404": Refusal("NotFound", _("It does not exist, or it belongs to somebody else.")),
    "406": Refusal("NotAcceptable", _("None of the accepted content types is available.")),
    "408": Refusal("RequestTimeout", _("The request took too long to arrive.")),
    "409": Refusal("Conflict", _("The first request with this Idempotency-Key is still being processed.")),
    "413": Refusal("ContentTooLarge", _("The body exceeds the limit given in the detail.")),
    "415": Refusal("UnsupportedMediaType", _("The body is not application/json.")),
    "421": Refusal("MisdirectedRequest", _("This system does not answer under that host name.")),
    "422": Refusal("UnprocessableContent", _("This Idempotency-Key was used for another request.")),
    "429": Refusal("TooManyRequests", _("Too many requests."), ("Retry-After", *RATE_LIMIT_HEADERS)),
    "431": Refusal("HeadersTooLarge", _("The headers are too many or too large.")),
    "500": Refusal("InternalError", _("Something went wrong on our side; it is logged under the trace id.")),
    "502": Refusal("BadGateway", _("The service's answer could not be read.")),
    "503": Refusal("ServiceUnavailable", _("The service cannot answer right now."), ("Retry-After",)),
    "504": Refusal(
        "ServiceTimeout",
        _("The service did not answer in time; it is not known whether the request was carried out."),
    ),
}
#: Those that every operation may get.
ALWAYS = ("400", "406", "421", "429", "431", "500", "502", "503", "504")
#: What every answer has.
COMMON_HEADERS = ("X-Request-Id", "Cache-Control")


class Components:
    """References to the components of one document; each is added to it when it is first used."""

    def __init__(self, registry: ComponentRegistry) -> None:
        self._registry = registry

    def headers(self, names: Iterable[str]) -> dict[str, Any]:
        """``{name: reference}`` of headers by their names in :data:`HEADERS`."""
        return {name: self._header(name) for name in names}

    def refusal(self, status: str) -> dict[str, Any]:
        """A reference to what any operation is refused with by that status."""
        component = self._component(ResolvedComponent.RESPONSE, REFUSALS[status].name)
        component.schema = self.response(status, str(REFUSALS[status].description))
        self._registry.register_on_missing(component)
        return component.ref

    def response(self, status: str, description: str) -> dict[str, Any]:
        """A problem document with a reason of an operation's own."""
        return {
            "description": description,
            "headers": self.headers((*COMMON_HEADERS, *REFUSALS[status].headers)),
            "content": {
                CONTENT_TYPE: {"schema": self._problem()},
                "text/html": {"schema": {"type": "string"}},  # for who accepts that: a person in a browser
            },
        }

    def _problem(self) -> dict[str, Any]:
        component = self._component(ResolvedComponent.SCHEMA, "Problem")
        properties: dict[str, Any] = _PROBLEM["properties"]  # type: ignore[assignment]
        texts = {name: {"description": str(text)} for name, text in _PROBLEM_TEXTS.items()}
        component.schema = {
            **_PROBLEM,
            "description": str(_("An error (RFC 9457).")),
            "properties": {name: {**schema, **texts.get(name, {})} for name, schema in properties.items()},
        }
        self._registry.register_on_missing(component)
        return component.ref

    def _header(self, name: str) -> dict[str, Any]:
        header = HEADERS[name]
        component = self._component(ResolvedComponent.HEADER, name)
        component.schema = {"schema": header.schema, "description": str(header.description)}
        if header.required:
            component.schema["required"] = True
        self._registry.register_on_missing(component)
        return component.ref

    def _component(self, kind: str, name: str) -> ResolvedComponent:
        return ResolvedComponent(name=name, type=kind, object=name)
