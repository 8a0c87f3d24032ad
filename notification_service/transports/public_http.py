"""HTTP to addresses that users give: to the public internet only, so that it leads nobody into this house.

A host is resolved once, all its addresses are looked at, and one of those is connected to: a name that
resolves to something else a moment later (DNS rebinding) changes nothing. No redirect or proxy is followed.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpcore

from notification_service.transports.message import Refused, TryAgain

#: Seconds from the first packet to the last of the answer.
TIMEOUT_S = 10.0
#: Bytes of an answer that are read; receivers have nothing to say.
LONGEST_ANSWER = 64 * 1024

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Addresses of IPv4 in those of IPv6, which a router on the way may translate (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Response(NamedTuple):
    """What a receiver said."""

    status: int
    retry_after: str


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the internet: not loopback, private, link-local, multicast or reserved."""
    if isinstance(address, ipaddress.IPv6Address):
        inner: Iterable[Address | None] = (
            address.ipv4_mapped,
            address.sixtofour,
            address.teredo[1] if address.teredo else None,
            ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None,
        )
        for each in inner:
            if each is not None:
                return is_public(each)
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int, *, private: Sequence[Network] = (), private_only: bool = False) -> str:
    """The address to connect to.

    Args:
        private: networks that are allowed beside the internet.
        private_only: the internet is not, for what is not encrypted.

    Raises:
        TryAgain: nobody knows the name now.
        Refused: one of its addresses is not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TryAgain(f"{host} cannot be resolved: {error}") from error
    addresses = [ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found]
    for address in addresses:
        if any(address in network for network in private):
            continue
        if not is_public(address):
            raise Refused(f"{host} is at {address}, which is no address of the public internet")
        if private_only:
            raise Refused(f"{host} is on the internet: its address must begin with https://")
    return str(addresses[0])


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at one deadline, however slowly bytes come."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole took too long")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects to what :func:`resolve` allows."""

    def __init__(self, private: Sequence[Network], private_only: bool, deadline: float) -> None:
        self._private, self._private_only, self._deadline = private, private_only, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = resolve(host, port, private=self._private, private_only=self._private_only)
        left = max(0.1, self._deadline - time.monotonic())
        inner = httpcore.SyncBackend().connect_tcp(address, port, left, local_address, socket_options)
        return _Stream(inner, self._deadline)

    def connect_unix_socket(self, path: str, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise Refused("a socket of this machine")


def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    private: Sequence[Network] = (),
    timeout_s: float = TIMEOUT_S,
    ssl_context: Any = None,
) -> Response:
    """POST once, following nothing.

    Args:
        private: networks that are allowed beside the internet.
        ssl_context: whom to trust; the usual authorities, if None.

    Raises:
        TryAgain: nobody answers, or not in time, or not in HTTP.
        Refused: the address is not allowed.
    """
    deadline = time.monotonic() + timeout_s
    backend = _Backend(private, urlsplit(url).scheme == "http", deadline)
    with httpcore.ConnectionPool(network_backend=backend, ssl_context=ssl_context) as pool:
        try:
            with pool.stream("POST", url, headers=list(headers.items()), content=content) as answer:
                read = 0
                for part in answer.iter_stream():
                    read += len(part)
                    if read > LONGEST_ANSWER:
                        break
                named = {name.lower(): value for name, value in answer.headers}
                return Response(answer.status, named.get(b"retry-after", b"").decode("latin-1"))
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
        ) as failure:
            problem = str(failure) or type(failure).__name__
            raise TryAgain(f"{urlsplit(url).hostname}: {problem}") from failure
