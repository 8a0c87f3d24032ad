"""A span for each statement, below whatever has a span itself: polls have none.

A statement that is deferred (``servicekit.database``) is sent with the next, and is in that one's span.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from servicekit.tracing.spans import failed, tracer

#: Characters of a statement that are kept.
MAX_TEXT = 1000


def begin() -> None:
    """Look at what goes through every connection that is opened from now on."""
    connection_created.connect(_look_at, dispatch_uid="tracing")


def _look_at(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if _spanned not in connection.execute_wrappers:
        connection.execute_wrappers.append(_spanned)


def _spanned(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if not trace.get_current_span().is_recording():
        return execute(sql, params, many, context)
    text = " ".join(str(sql).split())  # with %s in the place of each value
    database = str(context["connection"].settings_dict["NAME"])
    verb = text.partition(" ")[0]
    span = tracer.start_span(
        f"{verb} {database}",
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": "postgresql",
            "db.namespace": database,
            "db.operation.name": verb,
            "db.query.text": text[:MAX_TEXT],
        },
    )
    try:
        return execute(sql, params, many, context)
    except Exception as error:
        failed(span, error)
        raise
    finally:
        span.end()
