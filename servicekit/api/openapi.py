"""OpenAPI: what drf-spectacular cannot infer by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance, is_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.serializers import CharField, ChoiceField

from servicekit.api.pagination import MAX_PAGE_SIZE, CursorPages
from servicekit.api.renderers import BrowsableApi
from servicekit.api.responses import ALWAYS, COMMON_HEADERS, Components
from servicekit.api.serializers import StrictSerializer
from servicekit.api.views import Api
from servicekit.auth.authentication import OPERATOR_COOKIE, OperatorCookieAuthentication

#: What any text that is sent may have: a null character it may not.
_NO_NULL = r"^[^\x00]*$"


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
    description="A new random value for each new operation; the same value for a retry.",
)


#: Headers of an operation's own answers; what they are stands in :data:`servicekit.api.responses.HEADERS`.
LOCATION = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[201])
CONTENT_DISPOSITION = OpenApiParameter("Content-Disposition", str, OpenApiParameter.HEADER, response=[200])
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of an earlier response."
)


def body_example(value: dict[str, Any], name: str = "Works as it stands") -> OpenApiExample:
    """A body to try an operation with; a test sends it as it is written."""
    return OpenApiExample(name, value=value, request_only=True)


def answer_example(value: dict[str, Any], name: str = "An answer") -> OpenApiExample:
    """What an operation answers, to look at."""
    return OpenApiExample(name, value=value, response_only=True)


class ContractSchema(AutoSchema):
    """Adds an operation's error responses, headers, media types and security."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            components = Components(self.registry)
            for status, response in operation["responses"].items():
                self._complete(components, status, response)
            if IF_NONE_MATCH in self.get_override_parameters():
                unchanged = {"description": str(_("Not modified since the response with that ETag."))}
                operation["responses"]["304"] = unchanged | {"headers": components.headers(COMMON_HEADERS)}
            for status, reason in cast(Api, self.view).refusals.items():
                operation["responses"][status] = components.response(status, str(reason))
            for status in self._refusals(operation):
                operation["responses"].setdefault(status, components.refusal(status))
            operation["responses"] = dict(sorted(operation["responses"].items()))
            if not self.view.get_authenticators():
                operation["security"] = []  # a token is not even looked at
        return operation

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[2] if len(parts) > 2 else parts[-1]]

    def _complete(self, components: Components, status: str, response: dict[str, Any]) -> None:
        """Add the headers of a success, and the page that it is for a person in a browser."""
        names = [*COMMON_HEADERS, *response.get("headers", {})]
        if IF_NONE_MATCH in self.get_override_parameters():
            names.append("ETag")
        if status == "201" and IDEMPOTENCY_KEY in self.get_override_parameters():
            names.append("Idempotency-Replayed")
        response["headers"] = components.headers(names)
        if "content" in response and BrowsableApi in self.view.renderer_classes:
            response["content"].setdefault("text/html", {"schema": {"type": "string"}})

    def _refusals(self, operation: dict[str, Any]) -> Iterator[str]:
        yield from ALWAYS
        if authenticators := self.view.get_authenticators():
            yield "401"  # also where signing in is optional: a bad token is never passed over
        if self.method != "GET":
            yield from ("408", "413")
            if any(isinstance(each, OperatorCookieAuthentication) for each in authenticators):
                yield "403"
        elif cast(Api, self.view).read_scope is None:
            yield "403"
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
            yield "404"
        if IDEMPOTENCY_KEY in self.get_override_parameters():
            yield from ("409", "422")
        if "requestBody" in operation:
            yield "415"

    def _process_override_parameters(self, direction: str = "request") -> Any:
        """A filter of a list that is left empty is as good as none."""
        parameters = super()._process_override_parameters(direction)
        given = self.get_override_parameters()
        filters = [name for each in given if is_serializer(each) for name in force_instance(each).fields]
        for name in (*filters, CURSOR.name):
            parameter = parameters.get((name, OpenApiParameter.QUERY))
            if parameter and name != PAGE_SIZE.name:
                parameter["allowEmptyValue"] = True
                parameter["schema"].pop("minLength", None)
        return parameters

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Any:
        """A body that is sent has no field but these, and none that only answers have."""
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and isinstance(force_instance(serializer), StrictSerializer):
            properties = schema["properties"]
            sent = {name: part for name, part in properties.items() if not part.get("readOnly")}
            schema |= {"properties": sent, "additionalProperties": False}
            if required := [name for name in schema.get("required", ()) if name in sent]:
                schema["required"] = required
            else:
                schema.pop("required", None)
        return schema

    def _map_serializer_field(self, field: Any, direction: str, *args: Any, **kwargs: Any) -> Any:
        """A text that is sent is not blank unless it may be; choices without labels are not described."""
        schema = super()._map_serializer_field(field, direction, *args, **kwargs)
        if isinstance(field, ChoiceField) and all(key == label for key, label in field.choices.items()):
            schema["description"] = str(field.help_text or "")
        if direction == "request" and isinstance(field, CharField):
            schema.setdefault("pattern", _NO_NULL)
            if not field.allow_blank:
                schema.setdefault("minLength", 1)
        return schema
