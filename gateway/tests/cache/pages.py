"""Pages that the small market of the tests serves, and what the gateway says of them."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

import httpx

LIST = "/api/v1/instruments"
#: A Cache-Control, and the seconds after which such a page has expired.
SHORT, SHORT_S = "public, max-age=3", 3.2


def new_page(path: str = LIST, **options: str) -> str:
    """The address of a page that nobody has asked for, with its options: ``new_page(cc="no-store")``."""
    query = "".join(f"&{name}={quote(value)}" for name, value in options.items())
    return f"{path}?do=page&mark={uuid4().hex}{query}"


def cache_of(answer: httpx.Response) -> str:
    """What the cache did for an answer that must be good: ``HIT``, ``MISS``, ``BYPASS``, ``STALE``."""
    assert answer.status_code == 200, answer.text
    return answer.headers["X-Cache"]
