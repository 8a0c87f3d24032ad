"""/api/v1/account and /api/v1/operations: a customer's cash and its history."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing_service.ledger.errors import AccountNotFound
from billing_service.ledger.exports.columns import Local
from billing_service.ledger.exports.local_csv import local_csv
from billing_service.ledger.exports.negotiation import (
    CsvRenderer,
    FileApi,
    FileRenderer,
    XlsxRenderer,
    attachment,
    portions_of,
    require_taken_by_nginx,
)
from billing_service.ledger.exports.plain_csv import plain_csv
from billing_service.ledger.exports.workbook import workbook
from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.operation_rows import operation_row, operation_values
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
from servicekit.api.serializers import parsed, rendered, rendered_many
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
        return Response(rendered(AccountOutput, account))


class OperationPages(CursorPages):
    """Pages of operations, in the order in which the balance changed."""

    ordering = ("-number",)


class OperationListApi(FileApi):
    """The customer's history."""

    renderer_classes = [Json, BrowsableApi, CsvRenderer, XlsxRenderer]

    @extend_schema(
        operation_id="operations_list",
        parameters=[OperationQuery, CURSOR, PAGE_SIZE, CONTENT_DISPOSITION],
        responses={
            (200, "application/json"): OperationPageOutput,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, XlsxRenderer.media_type): OpenApiTypes.BINARY,
            (200, "text/html"): OpenApiTypes.STR,
        },
        summary="My history, newest first",
        description="`Accept: text/csv` or `?format=csv`: the same rows, all of them, as a file; "
        "`?format=csv&locale=ru`: a file that a Russian spreadsheet opens by a double click; "
        "`?format=xlsx`: a workbook, of 250,000 rows at most. `?format=api`: a page for a browser.",
    )
    def get(self, request: Request) -> HttpResponseBase:
        filters = parsed(OperationQuery, request.query_params)
        of_file = {name: filters.pop(name, "") for name in ("locale", "time_zone")}
        language = of_file["locale"] or get_language() or "en"
        operations = operation_list(user_id=self.caller.id, language=language, **filters)
        if isinstance(request.accepted_renderer, FileRenderer):
            require_taken_by_nginx(request)
            return self._file(operations, request.accepted_renderer.format, **of_file)
        pages = OperationPages()
        page = pages.paginate_queryset(operation_values(operations, named=True), request, view=self)
        return pages.get_paginated_response(rendered_many(OperationOutput, map(operation_row, page)))

    def _file(
        self, operations: QuerySet[LedgerEntry], kind: Any, *, locale: str, time_zone: str
    ) -> StreamingHttpResponse:
        local = Local.of(locale or get_language() or "en", time_zone)
        name = f"operations.{kind}"
        if kind == XlsxRenderer.format:
            file = workbook(operations, local)
            return attachment(portions_of(file), content_type=XlsxRenderer.media_type, name=name)
        rows = local_csv(operations, local) if locale else plain_csv(operations)
        return attachment(rows, content_type="text/csv; charset=utf-8", name=name)
