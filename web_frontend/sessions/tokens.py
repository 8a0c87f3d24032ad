"""The tokens of signed-in users: only on the server, in Redis, never in the browser.

The session says who it is; the tokens stand under a key of their own, so that a request that saves
its session late cannot bring an old refresh token back. A refresh token works once; user_service gives the
same successor again for 30 s to who lost the answer. Parallel requests take turns by a lock. A refresh has a
thread: while user_service hangs no page waits until the end, and an answer that comes later is kept.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypedDict
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from web_frontend.call_times import CALL_S, PAGE_S
from web_frontend.gateway_client import Gateway, GatewayProblem, GatewayUnavailable, SignedOut
from web_frontend.sessions.session_store import remember_session

_REFRESH = "/api/v1/auth/token/refresh"
#: Seconds before its end at which an access token (5 minutes) is replaced.
REFRESH_BEFORE_S = 30
#: Seconds. Each outlives the one before: a try, all tries, the lock, the 30 s in which user_service repeats
#: its answer.
REFRESH_TIMEOUT_S = 5.0
REFRESH_TRIES = 2
LOCK_LIFETIME_S = 20
#: Seconds for which a visitor who signs out is known to be leaving.
LEAVING_S = 60
#: Seconds that a page waits for a refresh, its own or another request's; the refresh goes on.
WAIT_S = CALL_S
#: Refreshes at once in this process; of a service that hangs more would learn nothing.
_refreshing = ThreadPoolExecutor(64, thread_name_prefix="refresh")


class Tokens(TypedDict):
    """A pair of tokens; ``expires_at`` (Unix seconds) is the access token's."""

    access: str
    refresh: str
    expires_at: float


def is_signed_in(request: HttpRequest) -> bool:
    """Whether the session belongs to somebody."""
    return "tokens" in request.session


def sign_in(request: HttpRequest, answer: dict[str, Any], *, name: str) -> None:
    """Start a session with new tokens; its key and the CSRF token are new.

    A session that the browser had before is forgotten; the API was informed by :func:`refresh_token`.
    """
    if is_signed_in(request):
        cache.delete(_key(request.session["tokens"]))
    request.session.cycle_key()
    request.session["tokens"] = owner = request.session.session_key or ""
    request.session["name"] = name
    rotate_token(request)
    _store(owner, answer)
    remember_session(answer["access"], session_key=owner, tokens_key=_key(owner))


def sign_out_begin(request: HttpRequest) -> None:
    """Note that a signed-in visitor is leaving: what the page asks for meanwhile may be refused."""
    cache.set(_leaving(request), True, timeout=LEAVING_S)


def is_leaving(request: HttpRequest) -> bool:
    """Whether the visitor is just signing out, by another request."""
    return is_signed_in(request) and bool(cache.get(_leaving(request)))


def _leaving(request: HttpRequest) -> str:
    return f"leaving:{request.session['tokens']}"


def sign_out(request: HttpRequest) -> None:
    """Forget the session and its tokens."""
    if is_signed_in(request):
        cache.delete(_key(request.session["tokens"]))
    request.session.flush()


def refresh_token(request: HttpRequest) -> str:
    """The refresh token of the session that the browser has, which a new sign-in replaces; "" for none."""
    if not is_signed_in(request):
        return ""
    stored: Tokens | None = cache.get(_key(request.session["tokens"]))
    return stored["refresh"] if stored else ""


def access_token(request: HttpRequest) -> str | None:
    """The visitor's access token, refreshed if it is about to end; None when nobody is signed in.

    Raises:
        SignedOut: the tokens are gone, or the refresh was refused.
        GatewayUnavailable: the refresh got no answer in time, and the token ends before the page is made.
    """
    if not is_signed_in(request):
        return None
    owner = request.session["tokens"]
    stored = _stored(owner, read_beside(request, _key(owner)))
    if _is_good(stored, REFRESH_BEFORE_S):
        return stored["access"]
    try:
        return _refreshed(request, owner)["access"]
    except GatewayUnavailable:
        if _is_good(stored, PAGE_S):
            return stored["access"]
        raise


def _refreshed(request: HttpRequest, owner: str) -> Tokens:
    """Replace the pair; only one request of the session does, the others wait for what it got."""
    lock, mine, until = f"refresh:{owner}", uuid4().hex, time.monotonic() + WAIT_S
    while not cache.add(lock, mine, timeout=LOCK_LIFETIME_S):
        time.sleep(0.05)
        if _is_good(tokens := _stored(owner), REFRESH_BEFORE_S):
            return tokens
        if time.monotonic() > until:
            raise GatewayUnavailable(_REFRESH, "somebody else's refresh hangs")
    gateway = Gateway(
        forwarded_for=request.headers.get("X-Forwarded-For", ""),
        user_agent=request.headers.get("User-Agent", ""),
        token=lambda: None,
    )
    refreshing = _refreshing.submit(copy_context().run, _replaced, gateway, owner, lock, mine)
    try:
        return refreshing.result(until - time.monotonic())
    except TimeoutError as error:
        raise GatewayUnavailable(_REFRESH, "no answer yet") from error


def _replaced(gateway: Gateway, owner: str, lock: str, mine: str) -> Tokens:
    """The new pair, which is stored; unless another request has been quicker."""
    try:
        if _is_good(tokens := _stored(owner), REFRESH_BEFORE_S):
            return tokens
        return _store(owner, _refresh(gateway, tokens["refresh"]))
    finally:
        if cache.get(lock) == mine:  # it may have run out, and be another's by now
            cache.delete(lock)


def _refresh(gateway: Gateway, refresh: str) -> dict[str, Any]:
    """user_service's answer; asked again when it got lost, since the token may be used up by now."""
    for left in reversed(range(REFRESH_TRIES)):
        try:
            return gateway.post(_REFRESH, {"refresh": refresh}, public=True, timeout_s=REFRESH_TIMEOUT_S)
        except GatewayUnavailable:
            if not left:
                raise
        except GatewayProblem as problem:
            if problem.status == 429:
                raise
            raise SignedOut(problem.code) from problem
    raise AssertionError("the last try returns or raises")


def read_beside(request: HttpRequest, name: str) -> Any:
    """A value of the cache: as it was read with the session, once; from then on as it is now.

    A session of an older version has its values under other names: they are read now, too.
    """
    beside: dict[str, Any] = request.session.beside  # type: ignore[attr-defined]
    try:
        return beside.pop(name)
    except KeyError:
        return cache.get(name)


def _stored(owner: str, read: Tokens | None = None) -> Tokens:
    """The stored pair.

    Args:
        read: it, if it has just been read.

    Raises:
        SignedOut: there is none.
    """
    tokens: Tokens | None = read or cache.get(_key(owner))
    if tokens is None:
        raise SignedOut("session_lost")
    return tokens


def _is_good(tokens: Tokens, for_s: float) -> bool:
    """Whether the access token is so for that many seconds."""
    return tokens["expires_at"] - time.time() > for_s


def _store(owner: str, answer: dict[str, Any]) -> Tokens:
    tokens = Tokens(
        access=answer["access"],
        refresh=answer["refresh"],
        expires_at=time.time() + float(answer["expires_in"]),
    )
    cache.set(_key(owner), tokens, timeout=settings.SESSION_COOKIE_AGE)
    return tokens


def _key(owner: str) -> str:
    return f"tokens:{owner}"
