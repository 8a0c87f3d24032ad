"""Reads of sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from user_service.sessions.models import Session, SignIn

SIGN_INS_SHOWN = 20


def sessions_open(*, user_id: UUID) -> QuerySet[Session]:
    """A user's sessions that have not ended, the one seen last first."""
    mine = Session.objects.filter(user_id=user_id, revoked_at__isnull=True, expires_at__gt=timezone.now())
    return mine.order_by("-last_seen_at", "-id")


def sign_ins_of(*, user_id: UUID) -> QuerySet[SignIn]:
    """A user's latest sign-ins and failures, the last first, at most :data:`SIGN_INS_SHOWN`."""
    return SignIn.objects.filter(user_id=user_id).order_by("-last_at", "-id")[:SIGN_INS_SHOWN]


def address_is_known(user_id: UUID, ip: str, *, since: datetime) -> bool:
    """Whether the user was signed in from an address lately."""
    return Session.objects.filter(user_id=user_id, ip=ip, last_seen_at__gte=since).exists()


def session_lock(*, session_id: UUID) -> Session | None:
    """The session with its user, its own row locked until the current transaction ends; or None."""
    mine = Session.objects.select_related("user").select_for_update(of=("self",), no_key=True)
    return mine.filter(pk=session_id).first()
