"""The tokens of who is signed in: only on the server, in Redis, never in the browser.

The session says who it is; the tokens stand under a key of their own, so that a request that saves
its session late cannot bring an old refresh token back. A refresh token works once, and using it
twice revokes the whole session: parallel requests take turns by a lock.
"""

from __future__ import annotations

import time
from typing import Any, TypedDict
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from web_frontend.gateway_client import Gateway, GatewayProblem, GatewayUnavailable, SignedOut

#: Seconds before its end at which an access token (5 minutes) is replaced.
MARGIN = 30
#: Seconds; longer than a refresh can take (gateway_client.TIMEOUT).
LOCK_LIFE = 15


class Tokens(TypedDict):
    """A pair of tokens; ``expires_at`` (Unix seconds) is the access token's."""

    access: str
    refresh: str
    expires_at: float


def is_signed_in(request: HttpRequest) -> bool:
    """Whether the session belongs to somebody."""
    return "tokens" in request.session


def sign_in(request: HttpRequest, answer: dict[str, Any], *, name: str) -> None:
    """Start a session for who has just been given tokens; its key and the CSRF token are new."""
    request.session.cycle_key()
    request.session["tokens"] = uuid4().hex
    request.session["name"] = name
    rotate_token(request)
    _store(request.session["tokens"], answer)


def sign_out(request: HttpRequest) -> None:
    """Forget the session and its tokens."""
    if is_signed_in(request):
        cache.delete(_key(request.session["tokens"]))
    request.session.flush()


def access_token(request: HttpRequest) -> str | None:
    """The visitor's access token, refreshed if it is about to end; None when nobody is signed in.

    Raises:
        SignedOut: the tokens are gone, or the refresh was refused.
        GatewayUnavailable: the refresh got no answer.
    """
    if not is_signed_in(request):
        return None
    owner = request.session["tokens"]
    tokens = _fresh(owner)
    return tokens["access"] if tokens else _refreshed(request, owner)["access"]


def _refreshed(request: HttpRequest, owner: str) -> Tokens:
    """Replace the pair; only one request of the session does, the others wait for what it got."""
    lock, until = f"refresh:{owner}", time.monotonic() + LOCK_LIFE
    while not cache.add(lock, "1", timeout=LOCK_LIFE):
        time.sleep(0.05)
        if tokens := _fresh(owner):
            return tokens
        if time.monotonic() > until:
            raise GatewayUnavailable("/api/v1/auth/token/refresh", "somebody else's refresh hangs")
    try:
        if tokens := _fresh(owner):
            return tokens
        stored: Tokens | None = cache.get(_key(owner))
        if stored is None:
            raise SignedOut("session_lost")
        gateway = Gateway(forwarded_for=request.headers.get("X-Forwarded-For", ""), token=lambda: None)
        try:
            answer = gateway.post("/api/v1/auth/token/refresh", {"refresh": stored["refresh"]}, public=True)
        except GatewayProblem as problem:
            if problem.status == 429:
                raise
            raise SignedOut(problem.code) from problem
        return _store(owner, answer)
    finally:
        cache.delete(lock)


def _fresh(owner: str) -> Tokens | None:
    """The stored pair if its access token is good for a while; None when it is due or gone.

    Raises:
        SignedOut: there is none.
    """
    tokens: Tokens | None = cache.get(_key(owner))
    if tokens is None:
        raise SignedOut("session_lost")
    return tokens if tokens["expires_at"] - time.time() > MARGIN else None


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
