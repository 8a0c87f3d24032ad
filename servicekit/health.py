"""Health endpoints of a service: liveness, readiness, metrics. Never on the public port."""

from __future__ import annotations

import redis
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from servicekit.messaging import streams
from servicekit.messaging.operate import metrics_socket

_migrated = False


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The database, Redis and the migrations are there: 200, otherwise 503 with what is not."""
    checks = {"database": _database(), "redis": _redis(), "migrations": _migrations()}
    ready = all(problem == "" for problem in checks.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": {k: v or "ok" for k, v in checks.items()}},
        status=200 if ready else 503,
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: of this process, of what waits in the database and on the stream, of the worker."""
    return HttpResponse(generate_latest() + metrics_socket.read(), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return ""
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        return str(error).strip()


def _redis() -> str:
    try:
        streams.shared().ping()
        return ""
    except redis.RedisError as error:
        return str(error)


def _migrations() -> str:
    global _migrated
    if not _migrated:
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            # but those that wait until no process of the version before is left (ADR 0071)
            plan = [each for each in plan if not getattr(each[0], "contract", "")]
        except (DatabaseError, InterfaceError) as error:
            return str(error).strip()
        if plan:
            return f"{len(plan)} to be run"
        _migrated = True
    return ""
