"""URLs of the stream process."""

from __future__ import annotations

from django.urls import path

from servicekit.urls import handler400, handler403, handler404, handler500, stream_urls
from trading_service.order_stream.apis import OrdersStreamApi

urlpatterns = stream_urls(path("api/v1/orders/stream", OrdersStreamApi.as_view()))
