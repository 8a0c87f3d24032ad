"""A user wants another e-mail: with the password, and a link that is mailed to the new address."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from user_service.accounts import selectors
from user_service.accounts.errors import FieldError, FieldsRefused, PasswordWrong, ProfileQuotaExceeded
from user_service.accounts.models import DailyCount, LinkPurpose, User
from user_service.accounts.services.daily_count import daily_count
from user_service.accounts.services.links import link_issue, link_mail_count, links_forget
from user_service.accounts.services.password_confirm import password_confirm
from user_service.accounts.services.uniqueness import email_taken
from user_service.sessions.clients import Client
from user_service.sessions.models import SignInMethod
from user_service.sessions.services import security_notice


def email_change(*, user_id: UUID, session_id: UUID, email: str, password: str, client: Client) -> User:
    """Mail a link to a new address; the old one stays until somebody follows it, and is told.

    Only the latest such link works.

    Args:
        user_id: whose.
        session_id: of the request; it stays when the new address ends the others.
        email: unique in any case.
        password: as typed.
        client: where the request comes from.

    Returns:
        The user.

    Raises:
        FieldsRefused: ``password_wrong``, ``email_taken``, ``email_unchanged``.
        TooManyAttempts: there were too many wrong passwords.
        ProfileQuotaExceeded, LinkQuotaExceeded: it was asked for too often today.
        UserNotFound: nobody has this id.

    Emits:
        user.link.issued.v1, user.security.noticed.v1 (``email_change_requested``).
    """
    try:
        user = password_confirm(user_id=user_id, password=password, client=client, method=SignInMethod.EMAIL)
    except PasswordWrong as wrong:
        raise FieldsRefused(FieldError("password", wrong.code, wrong.detail)) from None
    with transaction.atomic():
        now = selectors.user_lock(user_id=user_id)
        if now.password != user.password:  # changed by another request since
            raise FieldsRefused(FieldError("password", PasswordWrong.code, PasswordWrong().detail))
        if email == now.email:
            raise FieldsRefused(FieldError("email", "email_unchanged", _("This is your e-mail already.")))
        if email.casefold() != now.email.casefold() and selectors.email_exists(email=email):
            raise FieldsRefused(email_taken(email))
        daily_count(
            what=DailyCount.What.CHANGE,
            who=user_id,
            limit=settings.PROFILE_CHANGES_A_DAY,
            refusal=ProfileQuotaExceeded,
        )
        link_mail_count(purpose=LinkPurpose.CHANGE_EMAIL, email=email)
        links_forget(user_id=user_id, purpose=LinkPurpose.CHANGE_EMAIL)
        link_issue(purpose=LinkPurpose.CHANGE_EMAIL, user=now, email=email, session_id=session_id)
        security_notice(user_id=user_id, notice="email_change_requested")
    return now
