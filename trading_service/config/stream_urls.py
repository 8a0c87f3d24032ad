"""URLs of the stream process."""

from __future__ import annotations

from django.urls import path

from servicekit import health
from servicekit.urls import handler400, handler403, handler404, handler500
from trading_service.order_stream.apis import OrdersStreamApi

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("api/v1/orders/stream", OrdersStreamApi.as_view()),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
