"""Use-cases of delivery; the only writer of :class:`Contact`."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from notification_service.delivery.models import Contact


def contact_save(*, user_id: UUID, email: str, locale: str, display_name: str, version: int) -> None:
    """Remember how a user is addressed, unless something newer is already known.

    Args:
        version: the sequence of the event that told it; per user, rising.
    """
    values = {"email": email, "locale": locale, "display_name": display_name, "version": version}
    Contact.objects.bulk_create([Contact(user_id=user_id, **values)], ignore_conflicts=True)
    Contact.objects.filter(user_id=user_id, version__lt=version).update(updated_at=timezone.now(), **values)
