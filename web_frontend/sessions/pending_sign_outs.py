"""Sign-outs that user_service has not confirmed yet: kept, and sent again until it has.

Somebody who signs out while user_service is down is out of this browser at once; the session there would
live on for days. Its refresh token is kept with the sessions, encrypted as they are, and a thread of this
process sends them every few seconds. A restart loses nothing, and sending twice changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from web_frontend.gateway_client import Gateway, GatewayProblem, GatewayUnavailable, SignedOut

log = logging.getLogger(__name__)

PATH = "/api/v1/auth/token/revoke"
#: Seconds between two rounds; each reads the buckets once, so that they are never the ones unused longest.
INTERVAL_S = 5.0
#: They are kept in so many lists, each changed under a lock of its own.
BUCKETS = 16
LOCK_LIFE_S, LOCK_WAIT_S = 10, 3.0


def revoke(gateway: Gateway, refresh: str) -> bool:
    """Have user_service end the session of a refresh token.

    Returns:
        False when it has not confirmed: ask again later.
    """
    try:
        gateway.post(PATH, {"refresh": refresh}, public=True)
    except GatewayUnavailable as error:
        log.warning("a sign-out could not be sent yet: %s", error)
        return False
    except GatewayProblem as problem:
        return problem.status != 429
    except SignedOut:
        pass
    return True


def add(refresh: str) -> None:
    """Keep a sign-out until it is confirmed.

    Raises:
        redis.exceptions.RedisError: it could not be kept.
    """
    _change(_bucket(refresh), lambda kept: [*kept, refresh])


def retry_all() -> int:
    """Send what is kept; ends at the first that is not confirmed. Returns how many were confirmed."""
    gateway = Gateway(token=lambda: None)
    confirmed = 0
    found: dict[str, list[str]] = cache.get_many([_name(number) for number in range(BUCKETS)])
    for name, kept in found.items():
        for refresh in kept:
            # A gateway speaks for one page, which has so much time.
            if not revoke(gateway, refresh):
                return confirmed
            _change(name, partial(_without, refresh))
            confirmed += 1
            gateway = Gateway(token=lambda: None)
    return confirmed


def start() -> None:
    """Repeat from now on, in a thread of this process."""
    threading.Thread(target=_run, name="sign-outs", daemon=True).start()


def _run() -> None:
    while True:
        time.sleep(INTERVAL_S)
        try:
            if sent := retry_all():
                log.info("%d pending sign-outs were sent", sent)
        except RedisError as error:
            log.warning("the sessions' server does not answer: %s", error)
        except Exception:
            log.exception("pending sign-outs could not be retried")


def _without(refresh: str, kept: list[str]) -> list[str]:
    return [one for one in kept if one != refresh]


def _bucket(refresh: str) -> str:
    return _name(int(sha256(refresh.encode()).hexdigest(), 16) % BUCKETS)


def _name(number: int) -> str:
    return f"sign-outs:{number}"


def _change(name: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change one list; a process that holds it for longer than a lock lives has died."""
    lock, mine, until = f"lock:{name}", uuid4().hex, time.monotonic() + LOCK_WAIT_S
    while not cache.add(lock, mine, timeout=LOCK_LIFE_S):
        if time.monotonic() > until:
            raise RedisError(f"{name} is held by somebody else")
        time.sleep(0.02)
    try:
        now = change(cache.get(name) or [])
        if now:
            cache.set(name, now, timeout=settings.SESSION_COOKIE_AGE)
        else:
            cache.delete(name)
    finally:
        if cache.get(lock) == mine:
            cache.delete(lock)
