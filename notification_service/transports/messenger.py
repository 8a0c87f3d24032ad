"""Messengers by apprise (https://github.com/caronc/apprise), where it is installed: Telegram, Slack …"""

from __future__ import annotations

from email import charset
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.translation import override

from notification_service.inbox.texts import body_of, title_of
from notification_service.kinds import Channel
from notification_service.transports.email import LISTED, subject_of
from notification_service.transports.message import Message, Refused, TryAgain


class MessengerTransport:
    """Only the services of ``settings.MESSENGERS``: others would go to hosts that the address names."""

    channel = Channel.MESSENGER
    batch = 10
    threads = 1

    def send(self, message: Message) -> None:
        """As :class:`~notification_service.transports.message.Transport` says."""
        url = message.preferences.messenger_url
        if url.partition("://")[0] not in settings.MESSENGERS:
            raise Refused("there is no address, or of a messenger that is not offered here")
        receiver = _receiver(url)
        if receiver is None:
            raise Refused("the address cannot be read")
        with override(message.locale):
            title = subject_of(message)
            texts = [body_of(each.kind, each.params) for each in message.news[:LISTED]]
            if len(message.news) > 1:
                titles = [title_of(each.kind, each.params) for each in message.news[:LISTED]]
                texts = [f"{name}: {text}" for name, text in zip(titles, texts, strict=True)]
        if not receiver.notify(title=title, body="\n".join(texts)):
            raise TryAgain("the messenger did not take it")

    def finish(self) -> None:
        """Nothing is open."""


def _receiver(url: str) -> Any:
    """What sends to an address; None where it cannot be read.

    With all of its plugins the library loads that for mail, which has every header of the process written in
    another, longer way: a subject in Russian then begins with a line break. It is put back.
    """
    apprise: Any = import_module("apprise")
    receiver = apprise.Apprise.instantiate(url)
    charset.add_charset("utf-8", charset.SHORTEST, charset.BASE64, "utf-8")
    return receiver
