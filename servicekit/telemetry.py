"""What ties things together: the request id, on log lines, events, journal entries and answers.

The gateway gives every request an ``X-Request-Id``; :class:`RequestContextMiddleware` takes it over,
and the event consumer restores it from each event, so that one id follows a click to the end.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from servicekit.ids import new_id

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_traceparent: ContextVar[str] = ContextVar("traceparent", default="")

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def current_request_id() -> str:
    """The id of the HTTP request, or of the one that caused the event being handled; "" outside."""
    return _request_id.get()


def current_traceparent() -> str:
    """The W3C ``traceparent`` of the request being served or the event being handled; "" outside."""
    return _traceparent.get()


@contextmanager
def request_context(request_id: str, traceparent: str = "") -> Iterator[None]:
    """Run a block as a part of the given request."""
    tokens = _request_id.set(request_id), _traceparent.set(traceparent)
    try:
        yield
    finally:
        _request_id.reset(tokens[0])
        _traceparent.reset(tokens[1])


class RequestContextMiddleware:
    """Takes the gateway's request id over, or makes one, and puts it on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # META, because the first look at `headers` makes a dictionary of all of them
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if not _SAFE_ID.fullmatch(request_id):
            request_id = str(new_id())
        traceparent = request.META.get("HTTP_TRACEPARENT", "")
        if not _TRACEPARENT.fullmatch(traceparent):
            traceparent = ""
        with request_context(request_id, traceparent):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


#: What PostgreSQL adds to an error, with the statement's values in it: a row, a key, a part of the query.
_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT|QUERY|LINE \d+):.*?(?=^(?:HINT:|\n?The above exception |\n?During handling )|\Z)",
    re.MULTILINE | re.DOTALL,
)


def without_values(text: str) -> str:
    """An error's text without what PostgreSQL quotes in it: logs are no place for customers' data."""
    return _VALUES.sub("", text)


def log_event(
    log: logging.Logger, event: str, message: str, *, level: int = logging.INFO, **fields: Any
) -> None:
    """Log a line that is searched for by name.

    Args:
        event: a stable name, such as ``sign_in.failed``.
        message: the same for people.
        fields: what it is searched by; None and "" are left out. Never a secret, nor what somebody typed.
    """
    kept = {name: value for name, value in fields.items() if value not in (None, "")}
    log.log(level, message, extra={"event": event, "fields": kept})


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id and, if any, the exception.

    A line of :func:`log_event` has its ``event`` and its fields, too.
    """

    def __init__(self, service: str = "") -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self.service,
            "logger": record.name,
            "message": without_values(record.getMessage()),
        }
        if event := getattr(record, "event", ""):
            fields = getattr(record, "fields", {})
            line |= {
                "event": event,
                **{name: str(value) for name, value in fields.items() if name not in line},
            }
        if request_id := current_request_id():
            line["request_id"] = request_id
        if record.exc_info:
            line["exception"] = without_values(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
