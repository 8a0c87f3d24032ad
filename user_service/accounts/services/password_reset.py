"""Somebody has forgotten the password: a link is mailed to the address of the account."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from user_service.accounts import selectors
from user_service.accounts.errors import ResetQuotaExceeded, UserMayNotSignIn
from user_service.accounts.models import DailyCount, LinkPurpose
from user_service.accounts.services.daily_count import daily_count, network
from user_service.accounts.services.links import (
    link_find,
    link_issue,
    link_mail_count,
    link_use,
    links_forget,
)
from user_service.accounts.services.passwords import new_password_hash
from user_service.api_keys.services import api_keys_revoke
from user_service.sessions.clients import Client
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import security_notice, sessions_revoke


@transaction.atomic
def password_reset_request(*, email: str, client: Client) -> None:
    """Mail a link, if somebody has the address and may sign in.

    Neither the answer nor its time tells whether: for nobody as much is read and written as for somebody.

    Args:
        email: as typed, in its normal form.
        client: where the request comes from.

    Raises:
        ResetQuotaExceeded: so many were asked for from there today.
        LinkQuotaExceeded: so many were mailed there today, or would have been.

    Emits:
        user.link.issued.v1
    """
    if client.ip:
        daily_count(
            action=DailyCount.Action.RESET,
            who=network(client.ip),
            limit=settings.PASSWORD_RESETS_A_DAY,
            refusal=ResetQuotaExceeded,
        )
    link_mail_count(purpose=LinkPurpose.RESET_PASSWORD, email=email)
    user = selectors.user_find(identifier=email)
    link_issue(
        purpose=LinkPurpose.RESET_PASSWORD,
        user=user if user is not None and user.is_active else None,
        email=user.email if user is not None else email,
    )


@transaction.atomic
def password_reset_send(*, user_id: UUID, by: Actor, reason: str) -> None:
    """An operator has the link mailed to a user who cannot ask for it. The operator never sees it.

    Raises:
        UserNotFound: nobody has this id.
        UserMayNotSignIn: the user is disabled, so the link would do nothing.
        LinkQuotaExceeded: so many were mailed there today.

    Emits:
        user.link.issued.v1
    """
    user = selectors.user_lock(user_id=user_id)
    if not user.is_active:
        raise UserMayNotSignIn
    link_mail_count(purpose=LinkPurpose.RESET_PASSWORD, email=user.email)
    link_issue(purpose=LinkPurpose.RESET_PASSWORD, user=user, email=user.email)
    record("user.reset_link", user, by=by, reason=reason)


def password_reset(*, token: str, new_password: str) -> None:
    """Set a new password with the token of a mailed link, and sign out everywhere.

    API keys are revoked too, since whoever knew the old password may have made one. Who reads mail at the
    address owns it, so it is confirmed. All links of the account end.

    Args:
        token: of the link.
        new_password: as typed.

    Raises:
        LinkInvalid: the link does not work, or not any more.
        FieldsRefused: the new password is too weak; the link still works.

    Emits:
        user.session.revoked.v1 for each open session and usable API key; user.security.noticed.v1.
    """
    link = link_find(token=token, purposes=(LinkPurpose.RESET_PASSWORD,))
    user = link.user
    assert user is not None
    hashed = new_password_hash(user=user, password=new_password)
    with transaction.atomic():
        user = link_use(link)
        user.password = hashed
        user.email_confirmed_at = user.email_confirmed_at or timezone.now()
        user.save(update_fields=["password", "email_confirmed_at"])
        links_forget(user_id=user.id)
        sessions_revoke(user_id=user.id, reason=RevokedReason.PASSWORD_RESET)
        api_keys_revoke(user_id=user.id)
        security_notice(user_id=user.id, notice="password_reset")
