"""Handlers of events for delivery."""

from __future__ import annotations

from collections.abc import Sequence

from notification_service.delivery.services import ContactUpdate, contacts_save
from servicekit.contracts import user
from servicekit.messaging.consume import Received, in_batches
from servicekit.people.services import people_rename


@in_batches
def on_profiles_changed(messages: Sequence[Received[user.ProfileChanged]]) -> None:
    """Follow the users' e-mails, languages and names."""
    contacts_save(
        contacts=[
            ContactUpdate(
                user_id=message.event.user_id,
                email=message.event.email,
                locale=message.event.locale,
                display_name=message.event.display_name,
                version=message.sequence,
            )
            for message in messages
        ]
    )
    people_rename((message.event, message.sequence) for message in messages)
