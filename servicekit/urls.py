"""URLs that every service has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, path

from servicekit import health
from servicekit.api import without_extras  # noqa: F401 - before what loads the framework
from servicekit.api.schema import SchemaView

_OPERATIONS = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]


def service_urls(api: list[URLPattern]) -> list[Any]:
    """The service's API, its admin and OpenAPI document, and its operations addresses.

    Args:
        api: the service's own patterns, such as ``path("api/v1/orders", OrderListApi.as_view())``.
    """
    slug = settings.SERVICE_SLUG
    return [
        path(f"api/v1/{slug}/schema", SchemaView.as_view(), name="schema"),
        *api,
        path(f"admin/{slug}/", admin.site.urls),
        *_OPERATIONS,
    ]


def stream_urls(api: URLPattern) -> list[Any]:
    """The addresses of a service's stream process: the stream, and its operations addresses."""
    return [api, *_OPERATIONS]


#: Put ``from servicekit.urls import handler400, handler403, handler404, handler500`` into a service's urls.
handler400 = "servicekit.api.error_views.bad_request"
handler403 = "servicekit.api.error_views.forbidden"
handler404 = "servicekit.api.error_views.not_found"
handler500 = "servicekit.api.error_views.server_error"
