"""Notifies a user of security events of the account."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from servicekit.contracts.user import SecurityNoticed
from servicekit.ids import new_id
from servicekit.messaging.publish import publish


def security_notice(
    *, user_id: UUID, notice: str, email: str = "", device: str = "", address: str = "", time_zone: str = ""
) -> None:
    """Tell it, in the transaction of what happened.

    Args:
        notice: one of ``servicekit.contracts.user.NOTICES``.
        email: where it is mailed to, in place of the address of the account.
        device, address, time_zone: of a sign-in from a new device, as the event has them.

    Emits:
        user.security.noticed.v1
    """
    noticed = SecurityNoticed(
        notice_id=new_id(), user_id=user_id, notice=notice, occurred_at=timezone.now(), email=email,
        device=device, address=address, time_zone=time_zone,
    )  # fmt: skip
    publish(noticed)
