"""Events that delivery listens to."""

from __future__ import annotations

from notification_service.delivery.services import contact_save
from servicekit.contracts import user
from servicekit.messaging import Received


def on_profile_changed(message: Received[user.ProfileChanged]) -> None:
    """Follow the user's e-mail, language and name."""
    profile = message.event
    contact_save(
        user_id=profile.user_id,
        email=profile.email,
        locale=profile.locale,
        display_name=profile.display_name,
        version=message.sequence,
    )
