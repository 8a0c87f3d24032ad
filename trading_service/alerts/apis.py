"""/api/v1/alerts: to be told when a price is reached."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import CURSOR, PAGE_SIZE, body_example
from servicekit.api.pagination import CursorPages
from servicekit.api.serializers import parsed, rendered, rendered_many
from servicekit.api.views import Api
from trading_service.alerts import selectors, services
from trading_service.alerts.models import MAX_WAITING
from trading_service.alerts.serializers import AlertInput, AlertOutput, AlertPageOutput, AlertQuery


class AlertListApi(Api):
    """A customer's price alerts."""

    refusals = {"409": _("`alerts_full`: as many wait as may; `alert_price_unknown`: it has no price yet.")}

    @extend_schema(
        operation_id="alerts_list",
        parameters=[AlertQuery, CURSOR, PAGE_SIZE],
        responses=AlertPageOutput,
        summary="My price alerts, newest first",
        description="Those that wait, and the last 50 that have fired.",
    )
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        alerts = selectors.alert_list(user_id=self.caller.id, **parsed(AlertQuery, request.query_params))
        page = pages.paginate_queryset(alerts, request, view=self)
        response = pages.get_paginated_response(rendered_many(AlertOutput, page))
        waiting = selectors.alert_list(user_id=self.caller.id, waiting=True).count()
        return Response({"limit": MAX_WAITING, "waiting": waiting, **response.data})

    @extend_schema(
        operation_id="alerts_set",
        request=AlertInput,
        responses={201: AlertOutput, 200: AlertOutput},
        summary="Be told when a price is reached",
        examples=[
            body_example({"ticker": "AAPL", "price": "1000.00"}, "When AAPL reaches 1,000.00"),
            body_example(
                {"ticker": "AAPL", "price": "100.00", "direction": "below"}, "When AAPL falls to 100.00"
            ),
        ],
        description="Once: the first quote at the price or beyond it makes a notification of the kind "
        "price_alert, over the channels chosen for that. The same alert waits once: 200 if it waits already. "
        "A split divides its price like the instrument's.",
    )
    def post(self, request: Request) -> Response:
        terms = parsed(AlertInput, request.data)
        alert, new = services.alert_set(user_id=self.caller.id, **terms)
        code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
        return Response(rendered(AlertOutput, alert), status=code)


class AlertApi(Api):
    """One price alert."""

    @extend_schema(operation_id="alerts_delete", responses={204: None}, summary="Delete a price alert")
    def delete(self, request: Request, alert_id: UUID) -> Response:
        services.alert_delete(user_id=self.caller.id, alert_id=alert_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
