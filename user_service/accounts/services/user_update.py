"""A user changes their own data."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from servicekit.contracts.user import ProfileChanged
from servicekit.messaging.publish import publish
from user_service.accounts import selectors
from user_service.accounts.errors import ProfileQuotaExceeded
from user_service.accounts.models import DailyCount, User
from user_service.accounts.services.daily_count import daily_count
from user_service.accounts.services.uniqueness import unique_required
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import sessions_revoke
from user_service.sessions.services.security_notice import security_notice


def user_update(
    *,
    user_id: UUID,
    session_id: UUID | None = None,
    email: str | None = None,
    locale: str | None = None,
    time_zone: str | None = None,
    display_name: str | None = None,
) -> User:
    """Change what is given; None leaves a field as it is. Changing nothing emits nothing.

    Args:
        user_id: whose profile.
        session_id: of the request; it stays when a new e-mail ends all others.
        email: unique in any case.
        locale: ``en`` or ``ru``.
        time_zone: a name of the IANA database, such as ``Europe/Moscow``.
        display_name: free text of one line, "" for none.

    Returns:
        The user as it is now.

    Raises:
        UserNotFound: nobody has this id.
        FieldsRefused: ``email_taken``.
        ProfileQuotaExceeded: it was changed too often today.

    Emits:
        user.profile.changed.v1, its sequence the user's new version; user.session.revoked.v1 for each
        other session and user.security.noticed.v1 when the e-mail, with which one can sign in, is another.
    """
    wanted = {"email": email, "locale": locale, "time_zone": time_zone, "display_name": display_name}
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        changed = {name: value for name, value in wanted.items() if value not in (None, getattr(user, name))}
        if not changed:
            return user
        daily_count(
            what=DailyCount.What.CHANGE,
            who=user_id,
            limit=settings.PROFILE_CHANGES_A_DAY,
            refusal=ProfileQuotaExceeded,
        )
        for name, value in changed.items():
            setattr(user, name, value)
        user.version += 1
        with unique_required(email=changed.get("email")):
            user.save(update_fields=[*changed, "version"])
        publish(
            ProfileChanged(
                user_id=user.id, email=user.email, locale=user.locale, display_name=user.display_name
            ),
            sequence=user.version,
        )
        if "email" in changed:
            sessions_revoke(user_id=user_id, reason=RevokedReason.EMAIL_CHANGED, but=session_id)
            security_notice(user_id=user_id, notice="email_changed")
    return user
