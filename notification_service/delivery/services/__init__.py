"""Use-cases of delivery; the only writer of its models."""

from __future__ import annotations

from notification_service.delivery.services.contacts_forget import (
    contacts_closed_between,
    contacts_forget,
    deliveries_forget,
)
from notification_service.delivery.services.contacts_save import ContactUpdate, contacts_save
from notification_service.delivery.services.deliveries_claim import (
    Claimed,
    deliveries_claim,
    deliveries_claim_gathered,
)
from notification_service.delivery.services.deliveries_mark import (
    deliveries_fail,
    deliveries_postpone,
    deliveries_put_back,
    deliveries_sent,
    user_deliveries_wait,
)
from notification_service.delivery.services.delivery_retry import delivery_retry
