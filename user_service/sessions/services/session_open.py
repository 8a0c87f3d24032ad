"""Opens a session for a user whose password was checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from user_service.sessions import selectors, tokens
from user_service.sessions.clients import Client
from user_service.sessions.models import USER_AGENT_MAX, Outcome, RevokedReason, Session, SignInMethod
from user_service.sessions.services.session_revoke import session_revoke
from user_service.sessions.services.sign_in_record import sign_in_record


@dataclass(frozen=True)
class TokenPair:
    """The tokens for a client. ``expires_in``: the lifetime of the access token in seconds."""

    access: str
    refresh: str
    expires_in: int


@dataclass(frozen=True)
class OperatorToken:
    """The token for an operator's browser, valid for every admin site until ``expires_at``."""

    token: str
    expires_at: datetime


def _end_excess_sessions(user_id: UUID) -> None:
    """End the sessions unused longest, so that with one more there are ``SESSIONS_PER_USER``."""
    for session in selectors.sessions_open(user_id=user_id)[settings.SESSIONS_PER_USER - 1 :]:
        session_revoke(session_id=session.id, reason=RevokedReason.TOO_MANY)


def session_open(
    *, user_id: UUID, is_operator: bool, client: Client, method: SignInMethod = SignInMethod.TOKEN
) -> TokenPair:
    """Open a session that can be refreshed.

    Args:
        user_id: who signed in; the caller holds the lock of the user's row.
        is_operator: whether the tokens carry the scope ``operator``.
        client: where the request comes from.
        method: how they signed in.

    Emits:
        user.session.revoked.v1 when there were ``SESSIONS_PER_USER`` already.
    """
    _end_excess_sessions(user_id)
    now = timezone.now()
    session = Session.objects.create(
        user_id=user_id,
        created_at=now,
        last_seen_at=now,
        expires_at=session_expiry(now, now),
        refresh_jti=uuid4(),
        user_agent=client.user_agent[:USER_AGENT_MAX],
        ip=client.ip,
    )
    sign_in_record(outcome=Outcome.SIGNED_IN, method=method, client=client, user_id=user_id)
    return token_pair(session, is_operator=is_operator)


def operator_session_open(*, user_id: UUID, name: str, client: Client) -> OperatorToken:
    """Open an operator's session for the admin sites; it cannot be refreshed.

    Args:
        user_id: an operator; the caller holds the lock of the user's row.
        name: the operator's username.
        client: where the request comes from.

    Emits:
        user.session.revoked.v1 when there were ``SESSIONS_PER_USER`` already.
    """
    _end_excess_sessions(user_id)
    now = timezone.now()
    session = Session.objects.create(
        user_id=user_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + settings.OPERATOR_TOKEN_LIFETIME,
        user_agent=client.user_agent[:USER_AGENT_MAX],
        ip=client.ip,
    )
    sign_in_record(outcome=Outcome.SIGNED_IN, method=SignInMethod.ADMIN, client=client, user_id=user_id)
    token = tokens.access_token(
        user_id=user_id,
        session_id=session.id,
        scope=tokens.OPERATOR,
        lifetime=settings.OPERATOR_TOKEN_LIFETIME,
        name=name,
    )
    return OperatorToken(token=token, expires_at=session.expires_at)


def session_expiry(opened_at: datetime, seen_at: datetime) -> datetime:
    """When a session ends that is not used after ``seen_at``; ``SESSION_LIFETIME`` is the most."""
    return min(seen_at + settings.REFRESH_TOKEN_LIFETIME, opened_at + settings.SESSION_LIFETIME)


def token_pair(session: Session, *, is_operator: bool) -> TokenPair:
    """The tokens of a session as it stands in the database."""
    assert session.refresh_jti is not None
    return TokenPair(
        access=tokens.access_token(
            user_id=session.user_id,
            session_id=session.id,
            scope=tokens.OPERATOR if is_operator else tokens.CUSTOMER,
        ),
        refresh=tokens.refresh_token(
            user_id=session.user_id,
            session_id=session.id,
            jti=session.refresh_jti,
            issued_at=session.last_seen_at,
            expires_at=session.expires_at,
        ),
        expires_in=int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
    )
