"""A user changes the password, given the current one."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from servicekit.errors import FieldError, FieldsRefused
from user_service.accounts import selectors
from user_service.accounts.errors import OldPasswordWrong
from user_service.accounts.services.daily_count import profile_change_count
from user_service.accounts.services.links import links_forget
from user_service.accounts.services.password_confirm import confirmed_lock, password_confirm
from user_service.accounts.services.passwords import new_password_errors, new_password_hash
from user_service.sessions.clients import Client
from user_service.sessions.models import RevokedReason, SignInMethod
from user_service.sessions.services import sessions_revoke
from user_service.sessions.services.security_notice import security_notice


def password_change(
    *, user_id: UUID, session_id: UUID, old_password: str, new_password: str, client: Client
) -> None:
    """Set a new password, and sign out everywhere else, so that the old one is of no use.

    Links that were mailed before do nothing any more: a thief may have asked for them.

    Args:
        user_id: whose.
        session_id: of the request; it stays, all others end, an operator's admin sessions too.
        old_password: the present one, as typed.
        new_password: as typed.
        client: where the request comes from.

    Raises:
        OldPasswordWrong: ``old_password`` is not it.
        TooManyAttempts: there were too many wrong ones.
        FieldsRefused: the new one is too weak; if the old one is wrong, too, it says both.
        ProfileQuotaExceeded: it was changed too often today.
        UserNotFound: nobody has this id.

    Emits:
        user.session.revoked.v1 for each session that ended; user.security.noticed.v1.
    """
    try:
        user = password_confirm(
            user_id=user_id,
            password=old_password,
            client=client,
            method=SignInMethod.PASSWORD,
            refusal=OldPasswordWrong,
        )
    except OldPasswordWrong as wrong:
        weak = new_password_errors(user=selectors.user_get(user_id=user_id), password=new_password)
        if weak:
            raise FieldsRefused(FieldError("old_password", wrong.code, wrong.detail), *weak) from None
        raise
    hashed = new_password_hash(user=user, password=new_password)
    with transaction.atomic():
        now = confirmed_lock(user, refusal=OldPasswordWrong)
        profile_change_count(user_id=user_id)
        now.password = hashed
        now.save(update_fields=["password"])
        links_forget(user_id=user_id)
        sessions_revoke(user_id=user_id, reason=RevokedReason.PASSWORD_CHANGED, but=session_id)
        security_notice(user_id=user_id, notice="password_changed")
