"""/api/v1/deposits and /api/v1/withdrawals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing_service.cash.serializers import (
    DepositInput,
    DepositOutput,
    WithdrawalInput,
    WithdrawalOutput,
)
from billing_service.cash.services import deposit_make, withdrawal_make
from servicekit.api.idempotency import idempotent
from servicekit.api.openapi import IDEMPOTENCY_KEY, body_example
from servicekit.api.serializers import parsed, rendered
from servicekit.api.views import Api
from servicekit.home_currency import home_currency


class DepositMakeApi(Api):
    """Make a deposit."""

    refusals = {
        "400": _(
            "`amount_invalid`, `currency_unsupported`, `limit_exceeded`, `idempotency_key_missing`, "
            "or the request is not valid otherwise."
        ),
        "409": _(
            "`account_not_ready` right after registration, `account_frozen` while it is being looked into, "
            "`idempotency_in_flight` while the first request with the key is being worked on."
        ),
        "429": _("`rate_limited`, or `deposit_quota_exceeded` until midnight UTC."),
    }

    @extend_schema(
        operation_id="deposits_make",
        parameters=[IDEMPOTENCY_KEY],
        request=DepositInput,
        examples=[body_example({"amount": "100.00", "currency": home_currency()})],
        responses={201: DepositOutput},
        summary="Make a deposit",
        description="Booked at once.",
    )
    def post(self, request: Request) -> Response:
        return idempotent(request, lambda key: self._make(request, key))

    def _make(self, request: Request, key: str) -> Response:
        made = deposit_make(user_id=self.caller.id, idempotency_key=key, **parsed(DepositInput, request.data))
        return Response(rendered(DepositOutput, made), status=status.HTTP_201_CREATED)


class WithdrawalMakeApi(Api):
    """Make a withdrawal."""

    refusals = {
        "400": _(
            "`amount_invalid`, `currency_unsupported`, `limit_exceeded`, `insufficient_funds`, "
            "`idempotency_key_missing`, or the request is not valid otherwise."
        ),
        "409": DepositMakeApi.refusals["409"],
        "429": _("`rate_limited`, or `withdrawal_quota_exceeded` until midnight UTC."),
    }

    @extend_schema(
        operation_id="withdrawals_make",
        parameters=[IDEMPOTENCY_KEY],
        request=WithdrawalInput,
        examples=[body_example({"amount": "25.00", "currency": home_currency()})],
        responses={201: WithdrawalOutput},
        summary="Make a withdrawal",
        description="Booked at once. At most what is available; cash held for orders cannot be withdrawn.",
    )
    def post(self, request: Request) -> Response:
        return idempotent(request, lambda key: self._make(request, key))

    def _make(self, request: Request, key: str) -> Response:
        made = withdrawal_make(
            user_id=self.caller.id, idempotency_key=key, **parsed(WithdrawalInput, request.data)
        )
        return Response(rendered(WithdrawalOutput, made), status=status.HTTP_201_CREATED)
