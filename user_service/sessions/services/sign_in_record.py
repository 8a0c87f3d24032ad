"""Records a sign-in attempt: a row, a metric and a log line.

Similar attempts within an hour share a row, so that a flood of guesses adds few rows. Why
and for how long: docs/adr/0038-record-of-sign-ins-and-refusals.md.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation

from servicekit.telemetry import log_event
from user_service.sessions import metrics
from user_service.sessions.browsers import browser_name
from user_service.sessions.clients import Client
from user_service.sessions.models import DEVICE_MAX, Outcome, SignIn, SignInMethod
from user_service.sessions.services.security_notice import security_notice

log = logging.getLogger("user_service.sign_ins")

#: So many of a user's latest rows say which devices and addresses are known.
KNOWN_ROWS = 500
BATCH = 1000


def sign_in_record(*, outcome: Outcome, method: SignInMethod, client: Client, user_id: UUID | None) -> None:
    """Record an attempt to sign in; within the transaction of a sign-in, or by itself.

    Args:
        user_id: whose account; None when nobody has what was typed.

    Emits:
        user.security.noticed.v1 for a sign-in from a device that the user has not had before.
    """
    now, device, succeeded = timezone.now(), _device(client), outcome is Outcome.SIGNED_IN
    key = _key(outcome, method, client, device, user_id, now)
    new_device = new_address = False
    with transaction.atomic():
        if not _counted(key, now):
            if succeeded and user_id is not None:
                new_device, new_address = _is_new(user_id, device, client.ip)
            row = SignIn(
                key=key, user_id=user_id, method=method, outcome=outcome, at=now, last_at=now, device=device,
                ip=client.ip, new_device=new_device, new_address=new_address,
            )  # fmt: skip
            SignIn.objects.bulk_create([row], ignore_conflicts=True)
            _counted(key, now)
            if new_device and user_id is not None:
                _notify_of_device(user_id, device, client.ip)
        transaction.on_commit(lambda: metrics.signed_in(method, outcome, new_device, new_address))
        transaction.on_commit(
            lambda: log_event(
                log,
                "sign_in.succeeded" if succeeded else "sign_in.failed",
                f"{outcome.value} by {method.value}",
                level=logging.INFO if succeeded else logging.WARNING,
                outcome=outcome.value, method=method.value, user=user_id, address=client.ip, device=device,
                new_device=new_device or None, new_address=new_address or None,
            )
        )  # fmt: skip


def sign_ins_purge() -> int:
    """Delete what is older than ``SIGN_IN_RETENTION``, and what is beyond ``SIGN_INS_KEPT`` rows.

    Failures and sign-ins have that many each, so that no flood of failures pushes out who came in.

    Returns:
        How many rows.
    """
    purged = _delete_until(SignIn.objects.all(), timezone.now() - settings.SIGN_IN_RETENTION)
    came_in = SignIn.objects.filter(outcome=Outcome.SIGNED_IN)
    for rows in (came_in, SignIn.objects.exclude(outcome=Outcome.SIGNED_IN)):
        times = rows.order_by("-last_at").values_list("last_at", flat=True)
        for beyond in times[settings.SIGN_INS_KEPT : settings.SIGN_INS_KEPT + 1]:
            purged += _delete_until(rows, beyond)
    return purged


def _delete_until(rows: QuerySet[SignIn], moment: datetime) -> int:
    purged = 0
    while batch := list(rows.filter(last_at__lte=moment).values_list("pk", flat=True)[:BATCH]):
        purged += SignIn.objects.filter(pk__in=batch).delete()[0]
    return purged


def _counted(key: str, now: datetime) -> bool:
    return bool(SignIn.objects.filter(key=key).update(count=F("count") + 1, last_at=now))


def _is_new(user_id: UUID, device: str, ip: str | None) -> tuple[bool, bool]:
    """Whether the device and the address are new to the user; neither is on the first that is kept."""
    mine = SignIn.objects.filter(user_id=user_id, outcome=Outcome.SIGNED_IN).order_by("-last_at")
    known = list(mine.values_list("device", "ip")[:KNOWN_ROWS])
    if not known:
        return False, False
    return device not in {name for name, _ in known}, ip not in {address for _, address in known}


def _notify_of_device(user_id: UUID, device: str, ip: str | None) -> None:
    zone = get_user_model().objects.values_list("time_zone", flat=True).get(pk=user_id)
    security_notice(user_id=user_id, notice="new_device", device=device, address=ip or "", time_zone=zone)


def _device(client: Client) -> str:
    with translation.override("en"):
        return browser_name(client.user_agent)[:DEVICE_MAX]


def _key(
    outcome: Outcome, method: SignInMethod, client: Client, device: str, user_id: UUID | None, now: datetime
) -> str:
    parts = (outcome.value, method.value, client.ip, device, user_id, f"{now:%Y%m%d%H}")
    return hashlib.sha256(repr(parts).encode()).hexdigest()
