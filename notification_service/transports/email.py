"""E-mail, by Django's mail: SMTP, or the mailbox folder."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from notification_service.inbox.models import Notification
from notification_service.inbox.texts import body_of, title_of
from notification_service.kinds import URGENT, Channel, Kind
from notification_service.preferences.unsubscribe import Unsubscription, unsubscribe_link
from notification_service.transports.links import link_has_expired, link_of, link_words
from notification_service.transports.message import ChannelDown, Message, Refused, TryAgain

#: So many of the fills that are told together are listed; the rest are counted.
LISTED = 50


class EmailTransport:
    """Keeps its connection to the server from one message to the next."""

    channel = Channel.EMAIL
    batch = 50
    threads = 1

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, message: Message) -> None:
        """As :class:`~notification_service.transports.message.Transport` says."""
        if message.contact is None or not (message.news[0].params.get("email") or message.contact.email):
            raise TryAgain("no e-mail address is known")
        if link_has_expired(message.news[0].params):
            raise Refused("the link has expired")
        email = email_of(message)
        self._open()
        try:
            email.connection = self._connection
            email.send()
        except smtplib.SMTPRecipientsRefused as refused:
            ((code, text),) = refused.recipients.values()
            self._refuse(code, text)
        except smtplib.SMTPResponseException as refused:
            self._refuse(refused.smtp_code, refused.smtp_error)
        except (smtplib.SMTPException, OSError) as failure:
            self._drop()
            raise TryAgain(_words(failure)) from failure

    def finish(self) -> None:
        """Say goodbye to the server."""
        if self._connection is not None:
            self._drop()

    def _open(self) -> None:
        if self._connection is not None:
            return
        connection = get_connection()
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as failure:
            raise ChannelDown(_words(failure)) from failure
        self._connection = connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        with suppress(smtplib.SMTPException, OSError):
            connection.close()

    def _refuse(self, code: int, text: bytes | str) -> None:
        """4yz is "later", 5yz is "never"; 421 closes the connection, whoever the mail is for (RFC 5321)."""
        self._drop()
        reply = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
        if code == 421:
            raise ChannelDown(reply)
        raise (Refused if code >= 500 else TryAgain)(reply)


def email_of(message: Message) -> EmailMultiAlternatives:
    """The mail: text and HTML, in the reader's language, with the headers by which one click ends them."""
    if message.contact is None:
        raise ValueError("nobody to send it to")
    host = urlsplit(settings.PUBLIC_URL).hostname
    headers = {"Message-ID": f"<{message.id}@{host}>", "Auto-Submitted": "auto-generated"}
    first = message.news[0]
    link = ""
    if Kind(first.kind) not in URGENT:
        link = unsubscribe_link(Unsubscription(message.user_id, Kind(first.kind), Channel.EMAIL))
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with override(message.locale):
        subject = subject_of(message)
        values = {
            "subject": subject,
            "news": [_shown(each) for each in message.news[:LISTED]],
            "more": max(0, len(message.news) - LISTED),
            "public_url": settings.PUBLIC_URL,
            "unsubscribe": link,
            "language": message.locale,
        }
        email = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("transports/email.txt", values),
            to=[first.params.get("email") or message.contact.email],
            headers=headers,
        )
        email.attach_alternative(render_to_string("transports/email.html", values), "text/html")
    return email


def subject_of(message: Message) -> str:
    """One line that says what happened, in the active language."""
    if len(message.news) > 1:
        count = len(message.news)
        return ngettext("%(count)d fill of your orders", "%(count)d fills of your orders", count) % {
            "count": count
        }
    news = message.news[0]
    title, ticker = title_of(news.kind, news.params), news.params.get("ticker", "")
    return f"{title}: {ticker}" if ticker and ticker not in title else title


def _shown(news: Notification) -> dict[str, Any]:
    link, words = _link(news)
    return {
        "title": title_of(news.kind, news.params),
        "body": body_of(news.kind, news.params),
        "link": link,
        "link_text": words,
    }


def _link(news: Notification) -> tuple[str, str]:
    """Where a reader goes from it, and what the link says; "" where there is nowhere to go."""
    if news.order_id:
        return f"{settings.PUBLIC_URL}/orders/{news.order_id}", _("Show the order")
    if news.kind == Kind.STATEMENT_READY:
        return f"{settings.PUBLIC_URL}/statements", _("Show the statements")
    link = link_of(news.params)
    return link, link_words(news.params) if link else ""


def _words(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
