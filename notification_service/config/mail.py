"""How mail leaves: an SMTP server by its address, or without one a folder that operators look into."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MAILBOX_BACKEND = "notification_service.transports.mailbox.MailboxBackend"
#: Seconds that the SMTP server may take for one reply.
TIMEOUT_S = 15
PORTS = {"smtp": 25, "smtps": 465}


class Mail(NamedTuple):
    """Django's settings ``EMAIL_…``; each that is not given is Django's own default."""

    backend: str
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    use_ssl: bool = False
    use_tls: bool = False
    timeout_s: float | None = None


def mail_settings(smtp_url: str) -> Mail:
    """Django's settings of mail.

    Args:
        smtp_url: ``smtp://user:password@host:587?starttls=1``, ``smtps://…`` for TLS from the first byte;
            "": the mailbox folder.

    Raises:
        ImproperlyConfigured: it is no such address.
    """
    if not smtp_url:
        return Mail(MAILBOX_BACKEND)
    try:
        address = urlsplit(smtp_url)
        port, options = address.port, dict(parse_qsl(address.query))
    except ValueError:
        raise _wrong() from None
    if address.scheme not in PORTS or not address.hostname or set(options) - {"starttls"}:
        raise _wrong()
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        host=address.hostname,
        port=port or PORTS[address.scheme],
        user=unquote(address.username or ""),
        password=unquote(address.password or ""),
        use_ssl=address.scheme == "smtps",
        use_tls=options.get("starttls") == "1",
        timeout_s=TIMEOUT_S,
    )


def _wrong() -> ImproperlyConfigured:
    return ImproperlyConfigured("BIRZHA_SMTP_URL must be as smtp://user:password@host:587?starttls=1")
