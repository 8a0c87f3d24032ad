from __future__ import annotations

from django.urls import path

from trading_service.orders.apis import (
    OrderApi,
    OrderCancelApi,
    OrderListApi,
    OrderReplaceApi,
    OrdersCancelAllApi,
)

urlpatterns = [
    path("", OrderListApi.as_view()),
    path("/cancel-all", OrdersCancelAllApi.as_view()),
    path("/<uuid:order_id>", OrderApi.as_view()),
    path("/<uuid:order_id>/cancel", OrderCancelApi.as_view()),
    path("/<uuid:order_id>/replace", OrderReplaceApi.as_view()),
]
