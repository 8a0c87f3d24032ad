"""How the outside reaches this system: its public address, the names it answers to, the proxies it believes.

gateway.yaml is the same for every system; this differs from one to the next. It is written beside the other
files, because a canary that comes later writes the routes anew.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.config.source import SourceError


@dataclass(frozen=True)
class Site:
    """Attributes:
    public_url: scheme and host of every link, whatever a client asked for; "" takes them from the request.
    hosts: the names that are answered to, without a port; none of them means any.
    proxies: networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
    session_cookie: web_frontend's; a visitor is counted, and keeps to a canary's side, by it.
    operator_cookie: an operator's access token; "" as gateway.yaml has it.
    language_cookie: web_frontend's; what the gateway says itself is in the language chosen there.
    """

    public_url: str = ""
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    session_cookie: str = "birzha_session"
    operator_cookie: str = ""
    language_cookie: str = "language"

    def __post_init__(self) -> None:
        parts = urlsplit(self.public_url)
        if self.public_url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise SourceError(f"{self.public_url!r} must be like https://birzha.example.org")
        for network in self.proxies:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise SourceError(f"a trusted proxy must be an address or a network: {error}") from None

    @property
    def scheme(self) -> str:
        """``http`` or ``https``; "" when each request has its own."""
        return urlsplit(self.public_url).scheme

    @property
    def authority(self) -> str:
        """Host and port of the public address; "" when each request has its own."""
        return urlsplit(self.public_url).netloc

    @property
    def behind_tls(self) -> bool:
        """Whether browsers come by https only."""
        return self.scheme == "https"
