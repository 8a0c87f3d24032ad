"""API of the export of one's data."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.views import Api
from user_service.export.selectors import known_of
from user_service.export.serializers import ExportOutput, export_json


class ExportApi(Api):
    """All that is known of you here: profile, sessions, sign-ins, API keys, e-mail changes, closings.

    Orders, operations and notifications are in their own lists.
    """

    read_scope = None

    @extend_schema(operation_id="export", responses=ExportOutput)
    def get(self, request: Request) -> Response:
        """No secret is in it: neither the password nor a key, nor what is stored of them."""
        return Response(export_json(known_of(user_id=self.caller.id)))
