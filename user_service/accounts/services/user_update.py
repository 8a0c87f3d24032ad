"""A user changes their own data, but for the e-mail: see ``email_change.py``."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from servicekit.contracts.user import ProfileChanged
from servicekit.messaging.publish import publish
from user_service.accounts import selectors
from user_service.accounts.models import User
from user_service.accounts.services.daily_count import profile_change_count


def user_update(
    *,
    user_id: UUID,
    locale: str | None = None,
    time_zone: str | None = None,
    display_name: str | None = None,
    theme: str | None = None,
    colours: str | None = None,
) -> User:
    """Change what is given; None leaves a field as it is. Changing nothing emits nothing.

    Args:
        user_id: whose profile.
        locale: ``en`` or ``ru``.
        time_zone: a name of the IANA database, such as ``Europe/Moscow``.
        display_name: free text of one line, "" for none.
        theme, colours: of the pages (``models.Theme``, ``models.Colours``), "" for none chosen.

    Returns:
        The user as it is now.

    Raises:
        UserNotFound: nobody has this id.
        ProfileQuotaExceeded: it was changed too often today.

    Emits:
        user.profile.changed.v1, its sequence the user's new version.
    """
    wanted = {
        "locale": locale, "time_zone": time_zone, "display_name": display_name,
        "theme": theme, "colours": colours,
    }  # fmt: skip
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        changed = {name: value for name, value in wanted.items() if value not in (None, getattr(user, name))}
        if not changed:
            return user
        profile_change_count(user_id=user_id)
        for name, value in changed.items():
            setattr(user, name, value)
        user.version += 1
        user.save(update_fields=[*changed, "version"])
        profile_publish(user)
    return user


def profile_publish(user: User) -> None:
    """Tell the other services what a user's profile is now.

    Emits:
        user.profile.changed.v1
    """
    publish(
        ProfileChanged(user_id=user.id, email=user.email, locale=user.locale, display_name=user.display_name),
        sequence=user.version,
    )
