"""Signing up, on request with a first session in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from servicekit.contracts.user import AccountRegistered
from servicekit.errors import FieldsRefused
from servicekit.messaging.publish import publish
from user_service.accounts import selectors
from user_service.accounts.errors import InvalidCredentials, SignUpQuotaExceeded, TooManyAttempts
from user_service.accounts.models import DailyCount, LinkPurpose, User
from user_service.accounts.services.daily_count import daily_count, network
from user_service.accounts.services.links import link_issue
from user_service.accounts.services.passwords import password_errors, password_hash
from user_service.accounts.services.uniqueness import taken, unique_required
from user_service.accounts.services.user_sign_in import (
    confirm_unchanged,
    sign_in_count,
    user_authenticate,
)
from user_service.second_factor.selectors import is_on
from user_service.sessions.clients import Client
from user_service.sessions.models import RevokedReason, SignInMethod
from user_service.sessions.services import TokenPair, session_end_by_token, session_open


@dataclass(frozen=True)
class SignedUp:
    """The user, the first session, and whether this call created the account."""

    user: User
    tokens: TokenPair
    is_new: bool


def user_register(
    *,
    username: str,
    email: str,
    password: str,
    locale: str = "en",
    is_operator: bool = False,
    client: Client | None = None,
) -> User:
    """Create a user.

    Args:
        username: 3 to 32 of ``A-Z a-z 0-9 _ . -``; unique in any case, kept as typed.
        email: unique in any case, its name kept as typed.
        password: as typed; stored as an argon2id hash of its normal form.
        locale: ``en`` or ``ru``.
        is_operator: may use every admin site.
        client: where the request comes from; None: from the machine itself.

    Returns:
        The user.

    Raises:
        FieldsRefused: the name or the address is taken, or the password too weak.
        SignUpQuotaExceeded: so many have signed up from there today.

    Emits:
        user.account.registered.v1, sequence 1; user.link.issued.v1 for a customer.
    """
    user = _prepared(username=username, email=email, password=password, locale=locale)
    user.is_staff = user.is_superuser = is_operator
    with transaction.atomic():
        _create(user, client)
    return user


def user_sign_up(
    *, username: str, email: str, password: str, locale: str, client: Client, replaces: str = ""
) -> SignedUp:
    """Create a user and open their first session, both or neither.

    Who lost the answer sends the same again: the same name, address and password are a sign-in.

    Args:
        username, email, password, locale: as for :func:`user_register`.
        client: where the request comes from.
        replaces: a refresh token of the session that this one takes the place of, "" for none.

    Raises:
        FieldsRefused: the name or the address is somebody else's, or the password too weak.
        SignUpQuotaExceeded: so many have signed up from there today.
        SignInQuotaExceeded: the account that was there already was signed in too often today.

    Emits:
        user.account.registered.v1 and user.link.issued.v1 for a new user; user.session.revoked.v1
        for what was replaced.
    """
    user = _prepared(username=username, email=email, password=password, locale=locale)
    try:
        with transaction.atomic():
            _create(user, client)
            return SignedUp(user, _session(user, client, replaces), is_new=True)
    except FieldsRefused:
        known = _same_again(user, password, client)
        if known is None:
            raise
        with transaction.atomic():
            confirm_unchanged(known, None)
            sign_in_count(known)
            return SignedUp(known, _session(known, client, replaces), is_new=False)


def _prepared(*, username: str, email: str, password: str, locale: str) -> User:
    """An unsaved user; the password is hashed before any transaction begins."""
    if weak := password_errors(password=password, username=username, email=email):
        raise FieldsRefused(*taken(username=username, email=email), *weak)
    return User(username=username, email=email, password=password_hash(password), locale=locale)


def _create(user: User, client: Client | None) -> None:
    with unique_required(username=user.username, email=user.email):
        user.save(force_insert=True)
    publish(
        AccountRegistered(
            user_id=user.id,
            username=user.username,
            email=user.email,
            locale=user.locale,
            registered_at=user.created_at,
        ),
        sequence=user.version,
    )
    if not user.is_staff:  # an operator's account is made on the machine itself
        link_issue(purpose=LinkPurpose.CONFIRM_EMAIL, user=user, email=user.email)
    if client and client.ip:
        daily_count(
            action=DailyCount.Action.SIGN_UP,
            who=network(client.ip),
            limit=settings.SIGN_UPS_A_DAY,
            refusal=SignUpQuotaExceeded,
        )


def _session(user: User, client: Client, replaces: str) -> TokenPair:
    session_end_by_token(refresh=replaces, reason=RevokedReason.REPLACED)
    return session_open(
        user_id=user.id, is_operator=user.is_staff, client=client, method=SignInMethod.SIGN_UP
    )


def _same_again(user: User, password: str, client: Client) -> User | None:
    """The user who has signed up with just this before; None for anybody else's name or address.

    A customer only: an operator signs in where operators do. And nobody with a second factor, since there
    is no code.
    """
    known = selectors.user_find(identifier=user.username)
    if known is None or known.is_staff or known.email.casefold() != user.email.casefold():
        return None
    try:
        known = user_authenticate(
            identifier=user.username, password=password, client=client, method=SignInMethod.SIGN_UP
        )
    except (InvalidCredentials, TooManyAttempts):
        return None
    return None if is_on(user_id=known.id) else known
