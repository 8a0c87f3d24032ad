"""/api/v1/statements: a customer's cash by month."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing_service.ledger.exports.columns import Local
from billing_service.ledger.exports.negotiation import (
    FileApi,
    PdfRenderer,
    attachment,
    portions_of,
    require_taken_by_nginx,
)
from billing_service.statements.errors import MonthInvalid
from billing_service.statements.months import Month
from billing_service.statements.pdf import statement_pdf
from billing_service.statements.selectors import statement_get, statement_months
from billing_service.statements.serializers import (
    MonthsQuery,
    StatementListOutput,
    StatementQuery,
)
from servicekit.api.openapi import CONTENT_DISPOSITION
from servicekit.api.serializers import parsed, rendered, shown
from servicekit.api.views import Api

_NOT_OPEN = _("`account_not_ready`: the account is still being opened, right after registration.")


class StatementListApi(Api):
    """The months that there are statements of."""

    refusals = {"404": _NOT_OPEN}

    @extend_schema(
        operation_id="statements_list",
        parameters=[MonthsQuery],
        responses=StatementListOutput,
        summary="The months that I have statements of",
        description="Newest first, down to the month in which the account was opened.",
    )
    def get(self, request: Request) -> Response:
        query = parsed(MonthsQuery, request.query_params)
        first, last = statement_months(user_id=self.caller.id, zone=query["zone"])
        months = [{"month": str(each), "is_complete": each < last} for each in last.back_to(first)]
        return Response(rendered(StatementListOutput, {"results": months}))


class StatementApi(FileApi):
    """The statement of one month."""

    renderer_classes = [PdfRenderer]
    refusals = {
        "404": _(
            "`statement_not_found`: the month has not begun, or the account was opened later. "
            "`account_not_ready`: the account is still being opened."
        )
    }

    @extend_schema(
        operation_id="statement_get",
        parameters=[
            OpenApiParameter(
                "month", {"type": "string", "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$"}, OpenApiParameter.PATH
            ),
            StatementQuery,
            CONTENT_DISPOSITION,
        ],
        responses={(200, PdfRenderer.media_type): OpenApiTypes.BINARY},
        summary="My statement of a month, as PDF",
        description="Balances, sums, and every operation of the month, 100,000 at most. Of the present month "
        "it says what has been booked so far.",
    )
    def get(self, request: Request, month: str) -> HttpResponseBase:
        query = parsed(StatementQuery, request.query_params)
        require_taken_by_nginx(request)
        try:
            wanted = Month.parse(month)
        except ValueError:
            raise MonthInvalid(value=shown(month)) from None
        local = Local(query.get("locale") or get_language() or "en", query["zone"])
        statement = statement_get(
            user_id=self.caller.id, month=wanted, zone=local.zone, language=local.language
        )
        file = statement_pdf(statement, local)
        return attachment(
            portions_of(file), content_type=PdfRenderer.media_type, name=f"statement-{wanted}.pdf"
        )
