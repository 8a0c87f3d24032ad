"""OpenAPI: what drf-spectacular cannot see by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from servicekit.api.pagination import MAX_PAGE_SIZE, CursorPages
from servicekit.auth.authentication import OPERATOR_COOKIE


class BearerScheme(OpenApiAuthenticationExtension):
    """``Authorization: Bearer``."""

    target_class = "servicekit.auth.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class OperatorCookieScheme(OpenApiAuthenticationExtension):
    """The operator's cookie, for the browsable API."""

    target_class = "servicekit.auth.authentication.OperatorCookieAuthentication"
    name = "operator"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": OPERATOR_COOKIE}


PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457). `code` is stable, never translated; `type` leads to what it means.",
    "required": ["type", "title", "status", "detail", "code", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "example": "/api/docs/#not_found"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "in the language of Accept-Language"},
        "code": {"type": "string", "example": "not_found"},
        "trace_id": {"type": "string", "description": "the answer's X-Request-Id"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}

#: What an operation may be refused with, beside its own reasons; what is not here is the default.
_REFUSALS = {
    "400": "Something in the request is not valid: the address, a field, the body",
    "401": "No access token, or one that is not valid any more",
    "404": "There is no such thing, or it is somebody else's",
    "409": "The first request with this Idempotency-Key is still being worked on, or it is too early",
    "415": "The body is not application/json",
    "422": "This Idempotency-Key was used for another request",
    "429": "Too many requests; Retry-After says when to try again",
}

#: Parameters that several operations have.
CURSOR = OpenApiParameter("cursor", str, description="from `next` or `previous` of another page")
PAGE_SIZE = OpenApiParameter(
    "page_size", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": CursorPages.page_size}
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,128}$", "example": "0a8e5b06-6f4e-4f0e-9a39-0f0f3a4d8f11"},
    location=OpenApiParameter.HEADER,
    required=True,
    description="A new random value for each new intention; the same once more when it is sent again.",
)


def body_example(value: dict[str, Any], name: str = "Works as it stands") -> OpenApiExample:
    """A body to try an operation with; a test sends it as it is written."""
    return OpenApiExample(name, value=value, request_only=True)


class ContractSchema(AutoSchema):
    """Adds what an operation may be refused with, who may call it, and the tag of the service's slug."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            problem = self._problem()
            for status in self._refusals(operation):
                operation["responses"].setdefault(status, {"description": _REFUSALS[status], **problem})
            operation["responses"].setdefault("default", {"description": "Any other error", **problem})
            if not self.view.get_authenticators():
                operation["security"] = []  # a token is not even looked at
        return operation

    def _problem(self) -> dict[str, Any]:
        component = ResolvedComponent(
            name="Problem", type=ResolvedComponent.SCHEMA, object="Problem", schema=PROBLEM
        )
        self.registry.register_on_missing(component)
        return {"content": {"application/problem+json": {"schema": component.ref}}}

    def _refusals(self, operation: dict[str, Any]) -> Iterator[str]:
        parameters = operation.get("parameters", [])
        if parameters or "requestBody" in operation:
            yield "400"
        if self.view.get_authenticators():
            yield "401"  # also where signing in is optional: a bad token is never passed over
        if any(parameter["in"] == "path" for parameter in parameters):
            yield "404"
        if any(parameter["name"] == IDEMPOTENCY_KEY.name for parameter in parameters):
            yield from ("409", "422")
        if "requestBody" in operation:
            yield "415"
        yield "429"

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[2] if len(parts) > 2 else parts[-1]]
