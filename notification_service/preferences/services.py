"""Use-cases of preferences; the only writer of :class:`Preferences`."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import time
from uuid import UUID

from django.db import transaction

from notification_service.kinds import URGENT, Channel, Kind
from notification_service.preferences.models import Preferences
from notification_service.preferences.selectors import channels_of, unsubscription_get
from notification_service.preferences.unsubscribe import Unsubscription


def new_secret() -> str:
    """A secret of 24 random bytes, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def preferences_save(
    *,
    user_id: UUID,
    channels: Mapping[Kind, Iterable[Channel]],
    quiet_from: time | None,
    quiet_until: time | None,
    time_zone: str,
    gather_s: int,
    webhook_url: str,
    messenger_url: str,
) -> Preferences:
    """Remember what a user chose, in place of what was chosen before.

    Args:
        channels: external channels by kind; a kind that is left out has its own. Of what concerns one's
            security, e-mail is always among them.
        quiet_from, quiet_until: both or neither, and not the same.
        time_zone: a name of the IANA database, in which the quiet hours are.
        gather_s: how long fills are gathered into one message; 0: each is sent by itself.
    """
    chosen = {kind.value: _joined(kind, wanted) for kind, wanted in channels.items()}
    values = {
        "chosen": chosen,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "time_zone": time_zone,
        "gather_s": gather_s,
        "webhook_url": webhook_url,
        "messenger_url": messenger_url,
    }
    with transaction.atomic():
        saved, _made = Preferences.objects.update_or_create(user_id=user_id, defaults=values)
        if webhook_url and not saved.webhook_secret:
            saved.webhook_secret = new_secret()
            saved.save(update_fields=["webhook_secret"])
    return saved


def webhook_secret_renew(*, user_id: UUID) -> Preferences:
    """Another secret: what is sent from now on is signed with it."""
    saved, _made = Preferences.objects.update_or_create(
        user_id=user_id, defaults={"webhook_secret": new_secret()}
    )
    return saved


def unsubscribe(*, token: str) -> Unsubscription:
    """Stop one kind of news over one channel; a second time changes nothing.

    Args:
        token: of a link in a message: whoever has the message may do this, and nothing else.

    Raises:
        UnsubscribeLinkInvalid: it is none of ours, or of what nobody can do without.
    """
    what = unsubscription_get(token=token)
    with transaction.atomic():
        Preferences.objects.get_or_create(user_id=what.user_id)
        saved = Preferences.objects.select_for_update().get(user_id=what.user_id)
        left = [channel for channel in channels_of(saved, what.kind) if channel is not what.channel]
        saved.chosen = {**saved.chosen, what.kind.value: _joined(what.kind, left)}
        saved.save(update_fields=["chosen", "updated_at"])
    return what


def _joined(kind: Kind, wanted: Iterable[Channel]) -> str:
    channels = set(wanted) | ({Channel.EMAIL} if kind in URGENT else set())
    return ",".join(channel.value for channel in Channel if channel in channels)


def preferences_forget(*, user_ids: Iterable[UUID]) -> None:
    """Delete what users chose whose accounts are closed, their webhooks and messengers among it."""
    Preferences.objects.filter(user_id__in=list(user_ids)).delete()
