"""The client of a request, to be shown to the user with the session."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Client:
    """The User-Agent, and the address that the gateway saw."""

    user_agent: str = ""
    ip: str | None = None


def client_of(request: HttpRequest) -> Client:
    """The client of a request.

    The gateway appends the address it sees to ``X-Forwarded-For``; what stands before it was
    written by the client and is not believed.
    """
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        ip = str(ipaddress.ip_address(seen or request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        ip = None
    return Client(user_agent=request.headers.get("User-Agent", ""), ip=ip)
