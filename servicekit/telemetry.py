"""Correlation: the request id and the trace, on log lines, events, rows and responses.

The gateway gives every request an ``X-Request-Id``; :class:`RequestContextMiddleware` takes it over,
and the event consumer restores it from each event, so that one id follows a click to the end. A caller's
own trace (W3C Trace Context, https://www.w3.org/TR/trace-context/) goes the same way, as it came.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from django.http import HttpRequest, HttpResponse

from servicekit.ids import new_id


class Origin(NamedTuple):
    """The request that originally caused something.

    Attributes:
        request_id: the gateway's; "" when there was no request.
        traceparent: W3C trace context as the client sent it; "" when it sent none.
        tracestate: the same; "" without a ``traceparent``.
    """

    request_id: str = ""
    traceparent: str = ""
    tracestate: str = ""


class HasOrigin(Protocol):
    """An :class:`Origin`, or what has its attributes: a received event."""

    @property
    def request_id(self) -> str: ...

    @property
    def traceparent(self) -> str: ...

    @property
    def tracestate(self) -> str: ...


#: Of what nobody asked for.
NO_ORIGIN = Origin()
#: Of a call that handles several events at once: each of them has its own.
SEVERAL = Origin()

_origin: ContextVar[Origin] = ContextVar("origin", default=NO_ORIGIN)

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Version ff and an id of zeros are not valid.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}(-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?"
)
_MEMBER = re.compile(
    r"[a-z0-9][a-z0-9_*/-]{0,255}(@[a-z][a-z0-9_*/-]{0,13})?=[ -+\--<>-~]{0,255}[!-+\--<>-~]"
)
#: What a ``tracestate`` may have; entries beyond it are dropped from its end.
_MEMBERS, _LENGTH = 32, 512


def current_origin() -> Origin:
    """Of the HTTP request that is served or the event that is handled; empty outside.

    In a call that handles several events it is :data:`SEVERAL`, which is empty too.
    """
    return _origin.get()


def current_request_id() -> str:
    """The id of the HTTP request, or of the one that caused the event being handled; "" outside."""
    return _origin.get().request_id


@contextmanager
def origin_context(origin: Origin) -> Iterator[None]:
    """Run a block as a part of what comes of a request."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def origin_begin(origin: Origin) -> None:
    """From now on this thread does what comes of that, where no block has its beginning and its end."""
    _origin.set(origin)


def request_context(
    request_id: str, traceparent: str = "", tracestate: str = ""
) -> AbstractContextManager[None]:
    """Run a block as a part of the given request."""
    return origin_context(Origin(request_id, traceparent, tracestate))


def context_of(event: HasOrigin) -> AbstractContextManager[None]:
    """Run a block as what comes of a received event: what is logged in it carries that event's id."""
    return origin_context(Origin(event.request_id, event.traceparent, event.tracestate))


def trace_context(traceparent: str, tracestate: str) -> tuple[str, str]:
    """What is valid of a request's trace context: both, the first alone, or neither.

    A ``traceparent`` of a later version becomes one of version 00, the one that is known here.

    Args:
        traceparent, tracestate: the headers as they came, several joined by commas.
    """
    found = _TRACEPARENT.fullmatch(traceparent)
    if not found or (found[2] and traceparent.startswith("00")):
        return "", ""
    traceparent = f"00{found[1]}"
    members = [member.strip(" \t") for member in tracestate.split(",")]
    members = [member for member in members if member]
    keys = {member.partition("=")[0] for member in members}
    if len(keys) < len(members) or not all(map(_MEMBER.fullmatch, members)):
        return traceparent, ""
    kept = ",".join(members[:_MEMBERS])
    if len(kept) > _LENGTH:
        kept = kept[: _LENGTH + 1].rpartition(",")[0]
    return traceparent, kept


class RequestContextMiddleware:
    """Uses the gateway's request id, or makes one, and sets it on the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # META, because the first look at `headers` makes a dictionary of all of them
        meta = request.META
        request_id = meta.get("HTTP_X_REQUEST_ID", "")
        if not _SAFE_ID.fullmatch(request_id):
            request_id = str(new_id())
        trace = "", ""
        if traceparent := meta.get("HTTP_TRACEPARENT", ""):
            trace = trace_context(traceparent, meta.get("HTTP_TRACESTATE", ""))
        response = self.answer(request, Origin(request_id, *trace))
        response["X-Request-Id"] = request_id
        return response

    def answer(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        """The response; what it takes is done as a part of the given origin."""
        with origin_context(origin):
            return self.get_response(request)


#: What PostgreSQL adds to an error, with the statement's values in it: a row, a key, a part of the query.
_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT|QUERY|LINE \d+):.*?(?=^(?:HINT:|\n?The above exception |\n?During handling )|\Z)",
    re.MULTILINE | re.DOTALL,
)


def without_values(text: str) -> str:
    """An error's text without what PostgreSQL quotes in it: logs are no place for customers' data."""
    return _VALUES.sub("", text)


def log_event(
    log: logging.Logger,
    event: str,
    message: str,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
    **fields: Any,
) -> None:
    """Log a line that is searched for by name.

    Args:
        event: a stable name, such as ``sign_in.failed``.
        message: the same for people.
        error: what was raised; the line has its traceback, without values.
        fields: what it is searched by; None and "" are left out. Never a secret, nor what somebody typed.
    """
    kept = {name: value for name, value in fields.items() if value not in (None, "")}
    log.log(level, message, extra={"event": event, "fields": kept}, exc_info=error)


def log_each(
    log: logging.Logger, event: str, message: str, lines: Iterable[tuple[HasOrigin, dict[str, str]]]
) -> None:
    """Log a line for each of many things, each with its own request id. See :class:`StderrHandler`.

    Args:
        event: a stable name, the same for all; see :func:`log_event`.
        message: the same for people.
        lines: what each comes of, and its fields.
    """
    log.info(message, extra={"event": event, "each": list(lines)})


class StderrHandler(logging.StreamHandler):
    """Standard error. Lines of :func:`log_each` wait ``HELD_S`` for others, or until another line comes.

    Each write wakes supervisord, which keeps the logs: with a write for each batch that took it 0.17 ms of
    CPU an order, and 0.03 ms so (measured at saturation). A worker that is killed loses the lines that it
    holds.
    """

    HELD_S = 0.5

    def __init__(self) -> None:
        super().__init__()
        self._held: list[str] = []
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or hold its lines."""
        if not (self.HELD_S and getattr(record, "each", None)):
            self._write_held()
            super().emit(record)
            return
        try:
            self._held.append(self.format(record) + self.terminator)
        except Exception:
            self.handleError(record)
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(self.HELD_S, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        """Write what is held; also called when the process ends."""
        with self.lock or nullcontext():
            self._write_held()
            super().flush()

    def _write_held(self) -> None:
        held, self._held = self._held, []
        if held and self.stream:
            self.stream.write("".join(held))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, trace and, if any, the exception.

    A line of :func:`log_event` has its ``event`` and its fields, too; those of :func:`log_each` are one
    record.
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
            line["event"] = event
            if each := getattr(record, "each", None):
                begin = _dump(line)[:-1]
                return "\n".join(f"{begin}, {_dump(fields | _named(origin))[1:]}" for origin, fields in each)
            fields = getattr(record, "fields", {})
            line |= {name: str(value) for name, value in fields.items() if name not in line}
        line |= _named(current_origin())
        if record.exc_info:
            line["exception"] = without_values(self.formatException(record.exc_info))
        return _dump(line)


_dump = json.JSONEncoder(ensure_ascii=False).encode


def _named(origin: HasOrigin) -> dict[str, str]:
    """What a line says of its origin."""
    named = {"request_id": origin.request_id} if origin.request_id else {}
    if origin.traceparent:
        named["traceparent"] = origin.traceparent
    return named
