"""The list of transports: a channel that stands here is delivered."""

from __future__ import annotations

from notification_service.transports.email import EmailTransport
from notification_service.transports.message import Transport
from notification_service.transports.messenger import MessengerTransport
from notification_service.transports.webhook import WebhookTransport

TRANSPORTS: tuple[type[Transport], ...] = (EmailTransport, WebhookTransport, MessengerTransport)
