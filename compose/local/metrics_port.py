"""The process ``metrics``, where BIRZHA_METRICS_PORT is set: every process's metrics on one local port.

``/trading`` is what ``trading`` answers at ``/metrics`` of its socket, and so on; ``/gateway`` is Envoy's.
Prometheus reads TCP only: compose/monitoring/prometheus.yml asks here. Only this machine reaches it.
"""

from __future__ import annotations

import http.client
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from compose.local.machine_settings import METRICS_PORT
from compose.local.paths import Home
from compose.local.processes import BACKUPS, INGRESS, PROCESSES
from compose.system import GATEWAY
from gateway.runtime.connections import UnixConnection

BIND = "127.0.0.1"
#: Seconds until a process that does not answer is given up: less than Prometheus waits.
TIMEOUT_S = 8.0
#: Process → its socket, and where its metrics are there. Workers' are with their web server's.
SOURCES = {
    **{
        process.name: (process.name, "/metrics")
        for process in PROCESSES
        if process.service and process.type.answers_http
    },
    BACKUPS.name: (BACKUPS.name, "/metrics"),
    GATEWAY.name: ("gateway-stats", "/stats/prometheus"),
    INGRESS.name: ("ingress-stats", "/stats/prometheus"),
}
#: What it is called by who may ask: a page of somebody else's, whose name leads here, may not.
HOSTS = {BIND, "localhost"}


class Handler(BaseHTTPRequestHandler):
    """Answers one request with what a process tells."""

    home: Home

    def do_GET(self) -> None:
        """``/<process>``: 200 with its metrics, 404 for no process, 503 when it does not answer."""
        if urlsplit(f"//{self.headers.get('Host', BIND)}").hostname not in HOSTS:
            return self._answer(403, "text/plain", b"This port answers to 127.0.0.1 and localhost.\n")
        source = SOURCES.get(self.path.strip("/"))
        if source is None:
            known = " ".join(f"/{name}" for name in SOURCES)
            return self._answer(404, "text/plain", f"There are: {known}\n".encode())
        try:
            connection = UnixConnection(self.home.socket(source[0]), TIMEOUT_S)
            try:
                connection.request("GET", source[1])
                response = connection.getresponse()
                body, kind = response.read(), response.getheader("Content-Type", "text/plain")
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            return self._answer(503, "text/plain", f"It does not answer: {error}\n".encode())
        return self._answer(response.status, kind, body)

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line for every scrape would tell nobody anything."""


def server(home: Home, port: int) -> ThreadingHTTPServer:
    """It, listening; ``serve_forever`` answers.

    Args:
        port: 0 for any that is free.
    """
    handler = type("HomeHandler", (Handler,), {"home": home})
    return ThreadingHTTPServer((BIND, port), handler)


def main() -> int:
    """Answer until SIGTERM."""
    home = Home.here()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with server(home, int(home.read_state()[METRICS_PORT])) as listening:
        listening.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
