"""How mail leaves: an SMTP server by its address, or without one a folder that operators look into."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MAILBOX_BACKEND = "notification_service.transports.mailbox.MailboxBackend"
#: Seconds that the SMTP server may take for one reply.
TIMEOUT_S = 15
PORTS = {"smtp": 25, "smtps": 465}


def mail_settings(smtp_url: str) -> dict[str, Any]:
    """Django's settings of mail.

    Args:
        smtp_url: ``smtp://user:password@host:587?starttls=1``, ``smtps://…`` for TLS from the first byte;
            "": the mailbox folder.

    Raises:
        ImproperlyConfigured: it is no such address.
    """
    if not smtp_url:
        return {"EMAIL_BACKEND": MAILBOX_BACKEND}
    try:
        address = urlsplit(smtp_url)
        port, options = address.port, dict(parse_qsl(address.query))
    except ValueError:
        raise _wrong() from None
    if address.scheme not in PORTS or not address.hostname or set(options) - {"starttls"}:
        raise _wrong()
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": address.hostname,
        "EMAIL_PORT": port or PORTS[address.scheme],
        "EMAIL_HOST_USER": unquote(address.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(address.password or ""),
        "EMAIL_USE_SSL": address.scheme == "smtps",
        "EMAIL_USE_TLS": options.get("starttls") == "1",
        "EMAIL_TIMEOUT": TIMEOUT_S,
    }


def _wrong() -> ImproperlyConfigured:
    return ImproperlyConfigured("BIRZHA_SMTP_URL must be as smtp://user:password@host:587?starttls=1")
