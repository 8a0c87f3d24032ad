"""/api/v1/account and /api/v1/operations: a customer's cash and its history."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request
from rest_framework.response import Response

from billing_service.ledger.csv_export import CsvNegotiation, CsvRenderer, operations_csv
from billing_service.ledger.errors import AccountNotFound
from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.selectors import account_get, operation_list
from billing_service.ledger.serializers import (
    AccountOutput,
    OperationOutput,
    OperationPageOutput,
    OperationQuery,
)
from servicekit.api.openapi import CONTENT_DISPOSITION, CURSOR, PAGE_SIZE
from servicekit.api.pagination import CursorPages
from servicekit.api.renderers import BrowsableApi, Json
from servicekit.api.views import Api


class AccountApi(Api):
    """The customer's cash account."""

    refusals = {"404": _("`account_not_ready`: the account is still being opened, right after registration.")}

    @extend_schema(
        operation_id="account_get",
        responses=AccountOutput,
        summary="My cash",
    )
    def get(self, request: Request) -> Response:
        account = account_get(user_id=self.caller.id)
        if account is None:
            raise AccountNotFound
        return Response(AccountOutput(account).data)


class OperationPages(CursorPages):
    """Pages of operations, in the order in which the balance changed."""

    ordering = ("-number",)


class OperationListApi(Api):
    """The customer's history."""

    renderer_classes = [Json, BrowsableApi, CsvRenderer]
    content_negotiation_class = CsvNegotiation

    @extend_schema(
        operation_id="operations_list",
        parameters=[OperationQuery, CURSOR, PAGE_SIZE, CONTENT_DISPOSITION],
        responses={
            (200, "application/json"): OperationPageOutput,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "text/html"): OpenApiTypes.STR,
        },
        summary="My history, newest first",
        description="`Accept: text/csv` or `?format=csv`: the same rows, all of them, as a file. "
        "`?format=api`: a page for a person in a browser.",
    )
    def get(self, request: Request) -> HttpResponseBase:
        filters = OperationQuery(data=request.query_params)
        filters.is_valid(raise_exception=True)
        operations = operation_list(user_id=self.caller.id, **filters.validated_data)
        if request.accepted_renderer.format == CsvRenderer.format:
            if "X-Birzha-Exports" not in request.headers:  # asked for so that the gateway could not see it
                raise NotAcceptable
            return self._file(operations)
        pages = OperationPages()
        page = pages.paginate_queryset(operations, request, view=self)
        return pages.get_paginated_response(OperationOutput(page, many=True).data)

    def handle_exception(self, error: Exception) -> Response:
        """An error is a problem document also where a file was asked for."""
        renderer = getattr(self.request, "accepted_renderer", None)
        if isinstance(renderer, CsvRenderer):
            self.request.accepted_renderer = Json()
            self.request.accepted_media_type = Json.media_type
        return super().handle_exception(error)

    def _file(self, operations: QuerySet[LedgerEntry]) -> StreamingHttpResponse:
        return StreamingHttpResponse(
            operations_csv(operations),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="operations.csv"'},
        )
