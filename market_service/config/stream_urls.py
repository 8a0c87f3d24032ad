"""URLs of the stream process."""

from __future__ import annotations

from django.urls import path

from market_service.quote_stream.apis import QuotesStreamApi
from servicekit.urls import handler400, handler403, handler404, handler500, stream_urls

urlpatterns = stream_urls(path("api/v1/quotes/stream", QuotesStreamApi.as_view()))
