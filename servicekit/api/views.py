"""The base of every API view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from servicekit.api.permissions import ScopeAllows
from servicekit.api.problems import CONTENT_TYPE
from servicekit.auth.authentication import OPERATOR_HEADER
from servicekit.auth.principals import Principal
from servicekit.auth.scopes import Scope


class Api(APIView):
    """An endpoint: parses, calls one use-case or selector, renders.

    Attributes:
        public: anybody may call it; otherwise a signed-in user is required (401).
        cache_control: for successful reads of public data; everything else says ``no-store``.
        read_scope, write_scope: what an API key must have been given to read here, and to change something;
            None: no key may.
        refusals: status → why, of what its operations are refused with beside what every operation may.
    """

    public: bool = False
    cache_control: str = ""
    read_scope: Scope | None = Scope.READ
    write_scope: Scope | None = None
    refusals: Mapping[str, Any] = {}

    @property
    def caller(self) -> Principal:
        """The authenticated caller, in an API that is not ``public``."""
        return cast(Principal, self.request.user)

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.public else [IsAuthenticated(), ScopeAllows()]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if getattr(response, "exception", False) and response.accepted_renderer.format == "json":
            response.content_type = CONTENT_TYPE
        if operator_id := getattr(request, "operator_id", ""):
            response[OPERATOR_HEADER] = operator_id
        if not response.has_header("Cache-Control"):
            renderer = getattr(response, "accepted_renderer", None)  # a file that is streamed has none
            keepable = (
                request.method in ("GET", "HEAD")
                and response.status_code < 400
                and renderer is not None
                and renderer.format == "json"  # the browsable page shows the user's name
            )
            response["Cache-Control"] = (keepable and self.cache_control) or "no-store"
        return response
