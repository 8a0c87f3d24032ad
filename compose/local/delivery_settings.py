"""What a person may choose about how messages leave the house: values of environment variables, checked."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from email.utils import parseaddr
from urllib.parse import urlsplit

from compose.local.console import CommandError

#: The settings, by their variables' names without BIRZHA_ and in small letters.
NAMES = ("smtp_url", "mail_from", "private_webhooks", "messengers")


def read(chosen: Callable[[str], str]) -> dict[str, str]:
    """Each setting's value; "" leaves it to the service.

    Raises:
        CommandError: a value that cannot be.
    """
    values = {name: chosen(name) for name in NAMES}
    _smtp_url(values["smtp_url"])
    _mail_from(values["mail_from"])
    for network in filter(None, values["private_webhooks"].split(",")):
        _network(network)
    return values


def _smtp_url(text: str) -> None:
    try:
        address = urlsplit(text)
        right = address.scheme in ("smtp", "smtps") and address.hostname and address.port != 0
    except ValueError:
        right = False
    if text and not right:  # the password in it is not shown
        raise CommandError("BIRZHA_SMTP_URL must be as smtp://user:password@host:587?starttls=1.")


def _mail_from(text: str) -> None:
    _name, address = parseaddr(text)
    if text and ("@" not in address or any(ord(letter) < 32 for letter in text)):
        raise CommandError(f"BIRZHA_MAIL_FROM={text} must be an address, as Birzha <birzha@example.org>.")


def _network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise CommandError(
            f"BIRZHA_PRIVATE_WEBHOOKS={text} must be networks, as 127.0.0.1,10.0.0.0/8."
        ) from None
