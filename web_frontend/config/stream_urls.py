"""URLs of the stream process."""

from __future__ import annotations

from django.urls import path

from web_frontend import health
from web_frontend.live.views import stream

urlpatterns = [
    path("stream", stream),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
