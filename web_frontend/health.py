"""Whether the pages serve: for supervisors, closed on the public port by the gateway."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The session store answers: 200, otherwise 503 with why not. The gateway has its own check."""
    try:
        cache.get("readyz")
    except RedisError as error:
        return JsonResponse({"status": "not ready", "checks": {"redis": str(error)}}, status=503)
    return JsonResponse({"status": "ready", "checks": {"redis": "ok"}})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text of the process that holds streams open."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
