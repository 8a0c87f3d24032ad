"""Where the gateway's spans go, when there is a collector of traces."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Traces:
    """Attributes:
    endpoint: of the collector, OTLP by HTTP: ``http://127.0.0.1:4318``.
    share: of the requests without a trace of their own, how many begin one; 0–1.
    headers: of each request to it.
    """

    endpoint: str
    share: float = 1.0
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """Where spans are posted to."""
        return f"{self.endpoint.rstrip('/')}/v1/traces"

    @property
    def host(self) -> str:
        """The collector's, without a port."""
        return urlsplit(self.endpoint).hostname or ""

    @property
    def place(self) -> str:
        """Its host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{urlsplit(self.endpoint).port or (443 if self.by_tls else 80)}"

    @property
    def by_tls(self) -> bool:
        """Whether it is spoken to by TLS."""
        return self.endpoint.startswith("https:")
