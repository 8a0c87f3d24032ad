"""Webhooks, signed as Standard Webhooks has it (https://www.standardwebhooks.com): its libraries verify them.

``webhook-signature`` is ``v1,`` and the base64 of the HMAC-SHA256 of ``<id>.<timestamp>.<body>``. The id
stays the same when a message is sent again; the timestamp is that of the attempt, in seconds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import orjson
from django.conf import settings
from django.utils.translation import override

from notification_service.inbox.texts import body_of, title_of
from notification_service.kinds import Channel
from notification_service.transports import public_http
from notification_service.transports.message import Message, Refused, TryAgain

_PREFIX = "whsec_"
#: Receivers say with it that there is nobody any more.
GONE = 410


class WebhookTransport:
    """A connection a message: receivers are many, and each gets little."""

    channel = Channel.WEBHOOK
    batch = 4
    threads = 3

    def send(self, message: Message) -> None:
        """As :class:`~notification_service.transports.message.Transport` says."""
        url, secret = message.preferences.webhook_url, message.preferences.webhook_secret
        if not url:
            raise Refused("the user has given no address")
        content = webhook_body(message)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Birzha-Webhooks/1",
            **signed(secret, str(message.id), int(time.time()), content),
        }
        answer = public_http.post(url, content, headers, private=settings.PRIVATE_WEBHOOKS)
        if 200 <= answer.status < 300:
            return
        if 300 <= answer.status < 400:
            raise Refused(f"{answer.status}: redirects are not followed")
        if answer.status == GONE:
            raise Refused("410: the receiver wants no more")
        raise TryAgain(f"the receiver answered {answer.status}")

    def finish(self) -> None:
        """Nothing is open."""


def webhook_body(message: Message) -> bytes:
    """What is sent: the kind, the time, the text in the user's language, and the values in it."""
    (news,) = message.news
    with override(message.locale):
        data = {
            "id": news.id,
            "title": title_of(news.kind, news.params),
            "body": body_of(news.kind, news.params),
            "order_id": news.order_id,
            "values": news.params,
        }
    return orjson.dumps({"type": news.kind, "timestamp": news.created_at, "data": data})


def signed(secret: str, id: str, timestamp: int, content: bytes) -> dict[str, str]:
    """The three headers by which a receiver knows that it is from here, whole, and new."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    mac = hmac.new(key, f"{id}.{timestamp}.".encode() + content, hashlib.sha256)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(mac.digest()).decode()}",
    }
