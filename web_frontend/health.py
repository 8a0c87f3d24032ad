"""Whether the pages serve: for supervisors, closed on the public port by the gateway."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
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
