"""A collector of traces: OTLP by HTTP (https://opentelemetry.io/docs/specs/otlp/), as tests read it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Span(NamedTuple):
    """A span as it was sent; ids in hexadecimal digits.

    Attributes:
        service: whose it is: ``trading``, ``gateway``.
        parent: the span above it; "" for none.
        attributes: its own.
        links: the traces that it has links to.
    """

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    links: tuple[str, ...]


@dataclass
class Collector:
    """What has come.

    Attributes:
        port: where it listens, on 127.0.0.1.
        spans: all of them.
        headers: those of the latest request.
    """

    port: int
    spans: list[Span] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def of_trace(self, trace: str) -> dict[str, Span]:
        """The spans of one trace, by their ids."""
        return {span.id: span for span in list(self.spans) if span.trace == trace}

    def take(self, body: bytes) -> None:
        """Decode a request."""
        request = ExportTraceServiceRequest.FromString(body)
        self.raw.append(body)
        for resource in request.resource_spans:
            service = _attributes(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [_read(service, span) for span in scope.spans]


def _read(service: str, span: Any) -> Span:
    return Span(
        service,
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        _attributes(span.attributes),
        tuple(link.trace_id.hex() for link in span.links),
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}


def _chunks(body: BufferedIOBase, length: str | None) -> Iterator[bytes]:
    """What a request has, with a length or, as Envoy sends it, in chunks."""
    if length is not None:
        yield body.read(int(length))
        return
    while size := int(body.readline(), 16):
        yield body.read(size)
        body.readline()
    body.readline()


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = b"".join(_chunks(self.rfile, self.headers.get("Content-Length")))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.headers = dict(self.headers)
            collector.take(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: Any) -> None:
            """Nothing: the output is that of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join(60)
