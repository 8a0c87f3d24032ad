"""A user wants another e-mail: with the password, and a link that is mailed to the new address."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from servicekit.errors import FieldError, FieldsRefused
from user_service.accounts import selectors
from user_service.accounts.models import LinkPurpose, User
from user_service.accounts.services.daily_count import profile_change_count
from user_service.accounts.services.links import link_issue, link_mail_count, links_forget
from user_service.accounts.services.password_confirm import confirmed_lock, password_confirm
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
        PasswordWrong: it is not it.
        FieldsRefused: ``email_taken``, ``email_unchanged``.
        TooManyAttempts: there were too many wrong passwords.
        ProfileQuotaExceeded, LinkQuotaExceeded: it was asked for too often today.
        UserNotFound: nobody has this id.

    Emits:
        user.link.issued.v1, user.security.noticed.v1 (``email_change_requested``).
    """
    user = password_confirm(user_id=user_id, password=password, client=client, method=SignInMethod.EMAIL)
    with transaction.atomic():
        now = confirmed_lock(user)
        if email == now.email:
            raise FieldsRefused(FieldError("email", "email_unchanged", _("This is your e-mail already.")))
        if email.casefold() != now.email.casefold() and selectors.email_exists(email=email):
            raise FieldsRefused(email_taken(email))
        profile_change_count(user_id=user_id)
        link_mail_count(purpose=LinkPurpose.CHANGE_EMAIL, email=email)
        links_forget(user_id=user_id, purpose=LinkPurpose.CHANGE_EMAIL)
        link_issue(purpose=LinkPurpose.CHANGE_EMAIL, user=now, email=email, session_id=session_id)
        security_notice(user_id=user_id, notice="email_change_requested")
    return now
