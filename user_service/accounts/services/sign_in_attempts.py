"""Limits password guesses: counted by account, whatever address they come from.

The first tries are free, then each must wait twice as long as the one before, up to a quarter of an hour. A
place where the account has signed in lately has a count of its own, so that a stranger's guesses do not keep
the owner out. Why so: docs/adr/0030-guesses-are-counted-by-account.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from user_service.accounts.errors import TooManyAttempts, TooManyWrongCodes
from user_service.accounts.models import SignInAttempts, User
from user_service.sessions import selectors as sessions
from user_service.sessions.clients import Client
from user_service.sessions.services.security_notice import security_notice

#: Wrong passwords in a row before the first wait.
FREE_ATTEMPTS = 10
MIN_WAIT, MAX_WAIT = timedelta(seconds=5), timedelta(minutes=15)
#: After so long without a try the count begins anew.
RESET_AFTER = timedelta(days=1)
#: A place counts as known for so long after a sign-in from it.
KNOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Attempt:
    """A try that may be made.

    ``counted``: it was counted before it was looked at. ``notice``: what its owner is told at the tenth.
    """

    key: str
    user_id: UUID | None
    counted: bool = False
    notice: str = "wrong_passwords"


def attempt_begin(*, user: User | None, identifier: str, client: Client, of_codes: bool = False) -> Attempt:
    """Whether a password, or a code of the second factor, may be looked at now.

    As long as tries are free, only wrong ones are counted, afterwards. Then each is counted before it is
    looked at, so that a hundred at once are not looked at together.

    Args:
        user: whose account; None when nobody has the identifier. Both are counted alike.
        identifier: as typed.
        client: where the try comes from.
        of_codes: codes have a count of their own, which the right password does not end.

    Raises:
        TooManyAttempts: not before the wait is over.
    """
    key = _key(user, identifier, client, of_codes)
    user_id, notice = user.pk if user else None, "wrong_codes" if of_codes else "wrong_passwords"
    with transaction.atomic():
        known = SignInAttempts.objects.filter(key=key, count__gte=FREE_ATTEMPTS).select_for_update().first()
        now = timezone.now()
        if known is None or now - known.last_at > RESET_AFTER:
            return Attempt(key, user_id, notice=notice)
        wait = known.next_at - now
        if wait <= timedelta():
            _count(known, now)
    if wait > timedelta():
        raise TooManyWrongCodes(wait) if of_codes else TooManyAttempts(wait)
    return Attempt(key, user_id, counted=True, notice=notice)


def attempt_failed(attempt: Attempt) -> None:
    """The password, or the code, was wrong. The owner is notified at the last free one.

    Emits:
        user.security.noticed.v1 (``wrong_passwords``, ``wrong_codes``), once until the count begins anew.
    """
    if attempt.counted:
        return
    now = timezone.now()
    fresh = SignInAttempts(key=attempt.key, last_at=now, next_at=now)
    with transaction.atomic():
        # An update locks the row, so that a right try beside this one does not delete it in between.
        SignInAttempts.objects.bulk_create(
            [fresh], update_conflicts=True, unique_fields=["key"], update_fields=["next_at"]
        )
        attempts = SignInAttempts.objects.get(key=attempt.key)
        _count(attempts, now)
        if attempts.count == FREE_ATTEMPTS and attempt.user_id is not None:
            security_notice(user_id=attempt.user_id, notice=attempt.notice)


def attempt_succeeded(attempt: Attempt) -> None:
    """It was right: the count begins anew."""
    SignInAttempts.objects.filter(key=attempt.key).delete()


def attempts_purge() -> int:
    """Delete counts that nobody has added to for long. Returns how many."""
    return SignInAttempts.objects.filter(last_at__lt=timezone.now() - RESET_AFTER).delete()[0]


def _count(attempts: SignInAttempts, now: datetime) -> None:
    forgotten = now - attempts.last_at > RESET_AFTER
    attempts.count = 1 if forgotten else attempts.count + 1
    attempts.last_at, attempts.next_at = now, now + _wait_after(attempts.count)
    attempts.save()


def _wait_after(count: int) -> timedelta:
    if count < FREE_ATTEMPTS:
        return timedelta()
    return min(MIN_WAIT * 2.0 ** min(count - FREE_ATTEMPTS, 20), MAX_WAIT)


def _key(user: User | None, identifier: str, client: Client, of_codes: bool) -> str:
    """The account's count, or that of a place which the account is known to sign in from."""
    if user is None:
        return hashlib.sha256(f"nobody {identifier.casefold()}".encode()).hexdigest()
    since = timezone.now() - KNOWN_FOR
    place = client.ip if client.ip and sessions.address_is_known(user.pk, client.ip, since=since) else ""
    of = " codes" if of_codes else ""
    return hashlib.sha256(f"{user.pk} {place}{of}".encode()).hexdigest()
