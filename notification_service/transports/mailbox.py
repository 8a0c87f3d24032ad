"""The mailbox folder: where mail goes while no SMTP server is set, and where operators look at it.

A file a message, called after its Message-ID: a message sent again takes the place of itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from email import policy
from email.message import EmailMessage as ParsedMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_ID = re.compile(r"<([0-9a-f-]{36})@")


class MailboxBackend(BaseEmailBackend):
    """Django's way to send mail, into the folder ``MAILBOX``."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each; returns how many.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        folder = Path(settings.MAILBOX)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for email in email_messages:
            found = _ID.match(str(email.extra_headers.get("Message-ID", "")))
            if found is None:
                raise ValueError("a mail without a Message-ID of ours")
            path = folder / f"{found[1]}.eml"
            aside = path.with_suffix(f".{os.getpid()}")
            written: Any = email.message()  # Django's own, which knows of line ends
            aside.write_bytes(written.as_bytes(linesep="\r\n"))
            aside.replace(path)
        return len(email_messages)


def mailbox_read(message_id: UUID) -> ParsedMessage | None:
    """A mail of the folder, by the id of the notification; None if there is none."""
    path = Path(settings.MAILBOX) / f"{message_id}.eml"
    try:
        with path.open("rb") as file:
            return BytesParser(ParsedMessage, policy=policy.default).parse(file)
    except FileNotFoundError:
        return None


def mailbox_purge(*, before: datetime) -> int:
    """Delete the mails of the folder that were written before a moment, and what a killed writer has left.

    Returns:
        How many files.
    """
    purged = 0
    with suppress(FileNotFoundError):  # no folder yet; another file that went meanwhile
        for entry in list(os.scandir(settings.MAILBOX)):
            with suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before.timestamp():
                    os.unlink(entry.path)
                    purged += 1
    return purged


def mails_delete(message_ids: Iterable[UUID]) -> None:
    """Delete mails of the folder; those that are not there are no matter."""
    for message_id in message_ids:
        (Path(settings.MAILBOX) / f"{message_id}.eml").unlink(missing_ok=True)
