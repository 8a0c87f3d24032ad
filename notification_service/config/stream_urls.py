"""URLs of the stream process."""

from __future__ import annotations

from django.urls import path

from notification_service.unread_stream.apis import UnreadStreamApi
from servicekit import health
from servicekit.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("api/v1/notifications/stream", UnreadStreamApi.as_view()),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
