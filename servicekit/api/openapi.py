"""OpenAPI: what drf-spectacular cannot see by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

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
    "required": ["type", "title", "status", "detail", "code", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "trace_id": {"type": "string"},
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


class ContractSchema(AutoSchema):
    """Adds the problem document to every operation, and the tag of the service's slug."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation["responses"].setdefault(
                "default",
                {
                    "description": "A problem document",
                    "content": {"application/problem+json": {"schema": PROBLEM}},
                },
            )
        return operation

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[2] if len(parts) > 2 else parts[-1]]
