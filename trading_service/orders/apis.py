"""/api/v1/orders: place, list, get, replace, cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.idempotency import idempotent
from servicekit.api.openapi import CURSOR, IDEMPOTENCY_KEY, LOCATION, PAGE_SIZE, body_example
from servicekit.api.pagination import CursorPages
from servicekit.api.serializers import parsed, rendered, rendered_many
from servicekit.api.views import Api
from servicekit.auth.scopes import Scope
from trading_service.orders import selectors, services
from trading_service.orders.models import OPEN
from trading_service.orders.pagination import OpenOrderPages, OrderPages
from trading_service.orders.serializers import (
    CancelAllInput,
    CancelAllOutput,
    OrderDetailOutput,
    OrderInput,
    OrderOutput,
    OrderQuery,
    OrderWithFillsOutput,
    ReplaceInput,
)

_QUOTA = _("`rate_limited`; of a new order also `order_quota_exceeded`, until midnight UTC.")


class OrderListApi(Api):
    """A customer's orders."""

    write_scope = Scope.TRADE
    pagination_class = OrderPages
    refusals = {"429": _QUOTA}

    @extend_schema(
        operation_id="orders_list",
        parameters=[OrderQuery, CURSOR, PAGE_SIZE],
        responses=OrderWithFillsOutput(many=True),
        summary="My orders, newest first",
    )
    def get(self, request: Request) -> Response:
        wanted = parsed(OrderQuery, request.query_params)
        with_open = bool(wanted.pop("include", ""))
        answer = self._page(OrderPages(), request, wanted)
        if with_open:
            answer["open"] = self._page(OpenOrderPages(), request, {**wanted, "statuses": sorted(OPEN)})
        return Response(answer)

    def _page(self, pages: CursorPages, request: Request, wanted: dict[str, Any]) -> dict[str, Any]:
        with_fills = "fills" in wanted
        filters = {name: value for name, value in wanted.items() if name != "fills"}
        orders = selectors.order_list(user_id=self.caller.id, with_fills=with_fills, **filters)
        page = pages.paginate_queryset(orders, request, view=self)
        shown = OrderWithFillsOutput if with_fills else OrderOutput
        return pages.get_paginated_response(rendered_many(shown, page)).data

    @extend_schema(
        operation_id="orders_place",
        parameters=[IDEMPOTENCY_KEY, LOCATION],
        request=OrderInput,
        responses={201: OrderOutput},
        summary="Place an order",
        examples=[
            body_example(
                {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1}, "Buy one at the market"
            ),
            body_example(
                {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1, "worst_price": "1000.00"},
                "Buy one, for 1,000.00 at most",
            ),
            body_example(
                {
                    "ticker": "AAPL",
                    "side": "buy",
                    "type": "limit",
                    "quantity": 1,
                    "limit_price": "400.00",
                    "time_in_force": "gtc",
                },
                "Buy one at 400.00 or below, and wait for it",
            ),
        ],
        description="The Idempotency-Key is the order's client_order_id. Returns before the order is filled. "
        "An order that cannot be executed at all is created with the status rejected and a reject_reason. "
        "It may be filled in parts. The rest of a limit order `day` or `gtc` rests in the book; the rest of "
        "any other order is canceled, with the reason unfilled. "
        "One that is not confirmed in time ends as expired, with the reason timed_out; one whose time in the "
        "book is over, with day_ended. A quantity is a whole number of lots, or all that you can sell.",
    )
    def post(self, request: Request) -> Response:
        return idempotent(request, lambda key: self._place(request, key))

    def _place(self, request: Request, key: str) -> Response:
        terms = parsed(OrderInput, request.data)
        order = services.order_place(user_id=self.caller.id, client_order_id=key, **terms)
        return Response(
            rendered(OrderOutput, order),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/orders/{order.id}"},
        )


class OrderApi(Api):
    """One order."""

    @extend_schema(
        operation_id="orders_get", responses=OrderDetailOutput, summary="One order, its fills and its history"
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        order = selectors.order_get(user_id=self.caller.id, order_id=order_id)
        return Response(rendered(OrderDetailOutput, order))


class OrderCancelApi(Api):
    """Request the cancel of an order."""

    write_scope = Scope.TRADE
    refusals = {"409": _("`order_not_cancelable`: it has ended already.")}

    @extend_schema(
        operation_id="orders_cancel",
        request=None,
        responses={202: OrderOutput},
        summary="Request the cancel of an order",
        description="The venue decides whether it is in time; the order shows the outcome.",
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        order = services.order_cancel_request(user_id=self.caller.id, order_id=order_id)
        return Response(rendered(OrderOutput, order), status=status.HTTP_202_ACCEPTED)


class OrderReplaceApi(Api):
    """Request the replacement of an order."""

    write_scope = Scope.TRADE
    refusals = {
        "409": _(
            "`order_not_replaceable`: it has ended, is being canceled, is a market order, or its instrument "
            "is halted."
        ),
        "429": _QUOTA,
    }

    @extend_schema(
        operation_id="orders_replace",
        parameters=[IDEMPOTENCY_KEY],
        request=ReplaceInput,
        responses={202: OrderOutput},
        summary="Replace an order",
        examples=[
            body_example({"limit_price": "410.00"}, "Another limit"),
            body_example({"quantity": 2, "limit_price": "410.00"}, "Another quantity and limit"),
        ],
        description="The order is canceled, and once the venue has confirmed that, a new order is placed for "
        "the unfilled part of the new quantity, at the end of the queue: `replaced_by`, with the "
        "Idempotency-Key as its client_order_id. If the order is filled first, none is placed.",
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        return idempotent(request, lambda key: self._replace(request, order_id, key))

    def _replace(self, request: Request, order_id: UUID, key: str) -> Response:
        terms = parsed(ReplaceInput, request.data)
        order = services.order_replace_request(
            user_id=self.caller.id, order_id=order_id, client_order_id=key, **terms
        )
        return Response(rendered(OrderOutput, order), status=status.HTTP_202_ACCEPTED)


class OrdersCancelAllApi(Api):
    """Request the cancel of all open orders."""

    write_scope = Scope.TRADE

    @extend_schema(
        operation_id="orders_cancel_all",
        request=CancelAllInput,
        responses={202: CancelAllOutput},
        summary="Request the cancel of all my open orders",
        examples=[
            body_example({"ticker": "AAPL"}, "Those of one instrument"),
            body_example({}, "All of them"),
        ],
        description="Returns the ids of the open orders. Repeating the request changes nothing. The venue "
        "decides for each whether it is in time; the orders show the outcome.",
    )
    def post(self, request: Request) -> Response:
        terms = parsed(CancelAllInput, request.data)
        ids = services.orders_cancel_request(user_id=self.caller.id, **terms)
        return Response(rendered(CancelAllOutput, {"ids": ids}), status=status.HTTP_202_ACCEPTED)
