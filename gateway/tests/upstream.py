"""Small real HTTP servers on unix sockets that stand behind the gateway in its tests.

Each says back what it got. The query tells it to misbehave: `?do=slow&seconds=3`, `?do=hangup`,
`?do=fail&status=503`, `&by=market` that one alone, `?do=large`, `?do=events`. `documents` are served as they
are: a JWKS, or garbage.
`?do=file&mib=16` sends so many MiB in chunks, `&cut=1` half of them and hangs up, `&pause=0.5` takes so long
before each of four parts.
`?do=page&cc=public,max-age=5` answers as a service whose pages may be kept, with a price that is the time.
"""

from __future__ import annotations

import gzip
import itertools
import json
import socketserver
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Upstream:
    """One service: `start`, `stop`, and the `requests` that reached it as (method, path).

    While `failing` is set it answers 500 to everything, with `fails_every` to every so-manyth request;
    it takes `pause` seconds for each answer.
    """

    def __init__(self, name: str, address: Path) -> None:
        self.name = name
        self.socket = address
        self.requests: list[tuple[str, str]] = []
        #: Requests whose headers have come; of one that never gets whole there is no more.
        self.begun = 0
        #: Counts them: two that come at once have two numbers.
        self.numbers = itertools.count(1)
        #: path → body of documents that it serves instead of an echo.
        self.documents: dict[str, bytes] = {}
        #: path → headers of an answer without a body, such as X-Accel-Redirect.
        self.answers: dict[str, dict[str, str]] = {}
        #: How many files have been written to their end.
        self.files = 0
        self.failing = False
        self.fails_every = 0
        self.pause = 0.0
        self._server: _Server | None = None

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        self._server = _Server(str(self.socket), _Handler)
        self._server.upstream = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening, as a service does that died."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            for connection in self._server.connections:
                with suppress(OSError):
                    connection.shutdown(SHUT_RDWR)
            self._server = None
        self.socket.unlink(missing_ok=True)

    def hold(self, method: str = "") -> None:
        """Take requests, or only those of a method, and say nothing, until `go_on`."""
        assert self._server
        self._server.held = method
        self._server.going.clear()

    def go_on(self) -> None:
        """Answer again, what was held too."""
        assert self._server
        self._server.going.set()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128
    upstream: Upstream

    def __init__(self, *arguments: Any) -> None:
        self.connections: list[socket] = []
        self.going = threading.Event()
        self.going.set()
        self.held = ""
        super().__init__(*arguments)

    def get_request(self) -> tuple[Any, Any]:
        connection, _ = super().get_request()
        self.connections.append(connection)
        return connection, ("unix", 0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that the gateway gave up is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def answer(self) -> None:
        if self.path != "/.well-known/jwks.json":
            self.server.upstream.begun += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        if self.server.held in ("", self.command):
            self.server.going.wait()
        options = dict(parse_qsl(urlsplit(self.path).query))
        self.server.upstream.requests.append((self.command, self.path))
        time.sleep(self.server.upstream.pause)
        number, every = next(self.server.upstream.numbers), self.server.upstream.fails_every
        if self.server.upstream.failing or (every and number % every == 0):
            self._send(500, {"code": "failing"}, "application/problem+json")
            return
        if options.get("do") == "slow":
            time.sleep(float(options["seconds"]))
        document = self.server.upstream.documents.get(self.path)
        match options.get("do"):
            case _ if document is not None:
                self._send_bytes(200, document, "application/json")
            case _ if (headers := self.server.upstream.answers.get(self.path)) is not None:
                self._send_headers(headers)
            case "file":
                self._file(options)
            case "hangup":
                self.close_connection = True
            case "events":
                self._events()
            case "page":
                self._page(options)
            case "fail" if options.get("by", self.server.upstream.name) == self.server.upstream.name:
                self._send(int(options["status"]), {"code": "its_own"}, "application/problem+json")
            case _:
                self._send(200, self._echo(len(body), large=options.get("do") == "large"), "application/json")

    def _echo(self, body_bytes: int, *, large: bool) -> dict[str, Any]:
        return {
            "service": self.server.upstream.name,
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body_bytes": body_bytes,
            "filler": "x" * 5000 if large else "",
        }

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def _send(self, status: int, document: Any, content_type: str) -> None:
        self._send_bytes(status, json.dumps(document).encode(), content_type)

    def _send_bytes(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"strong"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_headers(self, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _file(self, options: dict[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/csv; charset=utf-8")
        self.send_header("Content-Disposition", 'attachment; filename="operations.csv"')
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        piece = b"x" * 65536
        for number in range(int(options.get("mib", 1)) * 16):
            if number % (int(options.get("mib", 1)) * 4) == 0:
                time.sleep(float(options.get("pause", 0)))
            if "cut" in options and number == int(options.get("mib", 1)) * 8:
                self.close_connection = True
                return
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")
        self.server.upstream.files += 1

    def _page(self, options: dict[str, str]) -> None:
        """Wishes: `cc` (Cache-Control), `vary`, `cookie` to set, `tag`, `after` seconds, `status`, `gzip`."""
        price = time.time()
        time.sleep(float(options.get("after", 0)))
        echo = self._echo(int(self.headers.get("Content-Length") or 0), large="large" in options)
        body = json.dumps(echo | {"price": price}).encode()
        gzipped = self.headers.get("Accept-Encoding") == "gzip" and "gzip" in options
        headers = {
            "Content-Type": "application/json",
            "Cache-Control": options.get("cc", "public, max-age=5"),
            "Vary": options.get("vary", "Accept, Accept-Language"),
            "ETag": f'"{options.get("tag", price)}"',
            "X-Request-Id": self.headers.get("X-Request-Id", ""),
            **({"Set-Cookie": options["cookie"]} if "cookie" in options else {}),
            **({"Content-Encoding": "gzip"} if gzipped else {}),
        }
        body = gzip.compress(body) if gzipped else body
        self.send_response(int(options.get("status", 200)))
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for number in range(8):
            self.wfile.write(f"event: quote\ndata: {number}\n\n".encode())
            time.sleep(0.5)
        self.close_connection = True

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline() or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_: Any) -> None:
        pass
