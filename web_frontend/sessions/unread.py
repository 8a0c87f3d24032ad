"""How many notifications are unread: in the header of every page, for who has no JavaScript, too.

Asked for beside what a page asks for itself (:func:`web_frontend.pages.fetch_all`), and kept for seconds.
Where JavaScript runs, the stream says when there is another count.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from web_frontend.gateway_client import GatewayProblem, GatewayUnavailable, SignedOut
from web_frontend.sessions.tokens import is_signed_in, read_beside

logger = logging.getLogger(__name__)

#: Seconds for which a count is shown, and that a page waits for one.
KEPT_S, CALL_S = 10, 1.0
#: Kept in place of a count for as long: its source did not answer, and no other page waits for it meanwhile.
UNKNOWN = -1


def ask(request: HttpRequest) -> None:
    """Ask for the count if a whole page is made, and nobody knows it yet; its header waits for the answer.

    While the session store is down, the header knows nobody whose count it could be.
    """
    htmx = getattr(request, "htmx", None)
    is_whole = not htmx or htmx.boosted or htmx.history_restore_request
    is_known = hasattr(request, "_unread_asked") or hasattr(request, "_unread_count")
    try:
        if is_whole and not is_known and is_signed_in(request) and not is_kept(request):
            request._unread_asked = _asked(request)  # type: ignore[attr-defined]
    except RedisError as error:
        logger.warning("the count of unread notifications is not asked for: %s", error)


def unread_count(request: HttpRequest, *, fresh: bool = False) -> int | None:
    """The count; None while its source does not answer. A page asks once.

    Args:
        fresh: as it is now, not as it was some seconds ago.

    Raises:
        SignedOut: of a fresh one, that nobody is signed in any more; else the page itself finds that out.
    """
    if not fresh and (hasattr(request, "_unread_count") or is_kept(request)):
        return request._unread_count  # type: ignore[attr-defined]
    count = None
    try:
        asked = getattr(request, "_unread_asked", None) or _asked(request)
        answered = asked().get("unread_count")
        count = answered if isinstance(answered, int) else None
    except (GatewayUnavailable, GatewayProblem) as error:
        logger.warning("the count of unread notifications is not known: %s", error)
    except SignedOut:
        if fresh:
            raise
    cache.set(_key(request), UNKNOWN if count is None else count, KEPT_S)
    request._unread_count = count  # type: ignore[attr-defined]
    return count


def is_kept(request: HttpRequest) -> bool:
    """Whether the count of some seconds ago is still shown: then there is nothing to ask."""
    count = read_beside(request, _key(request))
    if count is not None:
        request._unread_count = None if count == UNKNOWN else count  # type: ignore[attr-defined]
    return count is not None


def forget(request: HttpRequest) -> None:
    """Some were read: the next page asks anew."""
    cache.delete(_key(request))


def unread(request: HttpRequest) -> dict[str, Any]:
    """``unread_count`` for the header: a function, so that a template without one asks for nothing."""
    return {"unread_count": partial(_for_header, request)}


def _for_header(request: HttpRequest) -> int | None:
    try:
        return unread_count(request) if is_signed_in(request) else None
    except RedisError:
        return None


def _asked(request: HttpRequest) -> Callable[[], dict[str, Any]]:
    gateway = getattr(request, "gateway", None)
    if gateway is None:
        return dict
    asked: Callable[[], dict[str, Any]] = gateway.ask(
        "/api/v1/notifications", unread="true", page_size=1, timeout_s=CALL_S
    )
    return asked


def _key(request: HttpRequest) -> str:
    return f"unread:{request.session['tokens']}"
