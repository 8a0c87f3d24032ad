"""URLs of the stream process."""

from __future__ import annotations

from django.urls import path

from notification_service.unread_stream.apis import UnreadStreamApi
from servicekit.urls import handler400, handler403, handler404, handler500, stream_urls

urlpatterns = stream_urls(path("api/v1/notifications/stream", UnreadStreamApi.as_view()))
