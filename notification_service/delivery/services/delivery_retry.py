"""An operator has a failed delivery tried again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from notification_service.delivery.errors import DeliveryNotFailed
from notification_service.delivery.models import Delivery, State
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record


@transaction.atomic
def delivery_retry(*, delivery: Delivery, by: Actor, reason: str) -> None:
    """A failed delivery is due now, with all its attempts before it. Leaves a row in the audit trail.

    Raises:
        DeliveryNotFailed: it is still being tried, or was sent.
    """
    failed = Delivery.objects.filter(id=delivery.id, state=State.FAILED)
    if not failed.update(state=State.PENDING, attempts=0, next_at=timezone.now(), reason=""):
        raise DeliveryNotFailed
    record("delivery.retry", delivery, by=by, reason=reason, before={"reason": delivery.reason})
