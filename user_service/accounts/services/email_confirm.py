"""Whoever follows the link of a mail shows that the address is theirs."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from user_service.accounts import selectors
from user_service.accounts.errors import EmailConfirmedAlready
from user_service.accounts.models import AccountLink, LinkPurpose, User
from user_service.accounts.services.links import (
    link_find,
    link_issue,
    link_mail_count,
    link_use,
    links_forget,
)
from user_service.accounts.services.uniqueness import unique_required
from user_service.accounts.services.user_update import profile_publish
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import security_notice, sessions_revoke


def email_confirm(*, token: str) -> User:
    """Confirm the address that the link went to; if it is a new one, it takes the place of the old one.

    Args:
        token: of the link; no sign-in is asked for.

    Returns:
        The user.

    Raises:
        LinkInvalid: it does not work, or not any more.
        FieldsRefused: ``email_taken`` meanwhile.

    Emits:
        For a new address user.profile.changed.v1, its sequence the user's new version;
        user.session.revoked.v1 for each session but that which asked for it; user.security.noticed.v1,
        which is mailed to the old address.
    """
    link = link_find(token=token, purposes=(LinkPurpose.CONFIRM_EMAIL, LinkPurpose.CHANGE_EMAIL))
    with transaction.atomic():
        user = link_use(link)
        user.email_confirmed_at = timezone.now()
        if link.purpose == LinkPurpose.CHANGE_EMAIL:
            _change(user, link)
        else:
            user.save(update_fields=["email_confirmed_at"])
    return user


def _change(user: User, link: AccountLink) -> None:
    old, user.email = user.email, link.email
    user.version += 1
    with unique_required(email=user.email):
        user.save(update_fields=["email", "email_confirmed_at", "version"])
    profile_publish(user)
    links_forget(user_id=user.id)
    sessions_revoke(user_id=user.id, reason=RevokedReason.EMAIL_CHANGED, but=link.session_id)
    security_notice(user_id=user.id, notice="email_changed", email=old)


def email_confirmation_resend(*, user_id: UUID) -> None:
    """Mail the link once more; those before it work, too, until one is used.

    Raises:
        EmailConfirmedAlready: there is nothing to confirm.
        LinkQuotaExceeded: so many were mailed today.
        UserNotFound: nobody has this id.

    Emits:
        user.link.issued.v1
    """
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        if user.email_confirmed_at is not None:
            raise EmailConfirmedAlready
        link_mail_count(purpose=LinkPurpose.CONFIRM_EMAIL, email=user.email)
        link_issue(purpose=LinkPurpose.CONFIRM_EMAIL, user=user, email=user.email)
