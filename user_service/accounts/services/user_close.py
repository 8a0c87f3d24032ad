"""Closes an account that billing_service has found empty: erases the person, keeps the username."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from servicekit.contracts.user import AccountClosed
from servicekit.ids import new_id
from servicekit.messaging.publish import publish
from user_service.accounts import selectors
from user_service.accounts.models import AccountLink, DailyCount
from user_service.api_keys.services import api_keys_forget, api_keys_revoke
from user_service.second_factor.services import factor_remove
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import security_notice, sessions_forget, sessions_revoke

#: Where no mail ever goes (RFC 2606).
NO_HOST = "closed.invalid"


def user_close(*, user_id: UUID) -> None:
    """Sign the user out everywhere, tell them by a last mail, and erase what is known of the person.

    The row stays with its username, so that nobody else can have it and the books remain unambiguous. Doing
    it again does nothing.

    Raises:
        UserNotFound: nobody has this id.

    Emits:
        user.session.revoked.v1 for each open session and usable API key; user.security.noticed.v1, which is
        mailed to the address that is erased; user.account.closed.v1.
    """
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        if user.closed_at is not None:
            return
        security_notice(user_id=user_id, notice="account_closed", email=user.email)
        sessions_revoke(user_id=user_id, reason=RevokedReason.CLOSED)
        api_keys_revoke(user_id=user_id)
        sessions_forget(user_id=user_id)
        api_keys_forget(user_id=user_id)
        factor_remove(user_id=user_id)
        AccountLink.objects.filter(user_id=user_id).delete()
        DailyCount.objects.filter(who=str(user_id)).delete()
        user.email, user.email_confirmed_at = f"{new_id()}@{NO_HOST}", None
        user.display_name, user.time_zone, user.theme, user.colours = "", "UTC", "", ""
        user.password = make_password(None)
        user.is_active, user.closed_at = False, timezone.now()
        user.version += 1
        user.save()
        publish(AccountClosed(user_id=user_id, closed_at=user.closed_at), sequence=user.version)
