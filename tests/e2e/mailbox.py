"""Mails as they lie in the mailbox folder of a system without an SMTP server."""

from __future__ import annotations

import re
from contextlib import suppress
from email import policy
from email.parser import BytesParser

from tests.e2e.people import wait
from tests.system import System

_LINK = re.compile(r"/(confirm-email|reset-password)#([\w=-]+)")


def mailed_links(system: System, email: str) -> list[tuple[str, str]]:
    """The page and the token of every link that was mailed to an address."""
    found = []
    for file in (system.home.root / "mailbox").glob("*.eml"):
        with suppress(FileNotFoundError):  # one that was sent again takes the place of itself
            mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
            body = mail.get_body(("plain",)) if mail["To"] == email else None  # type: ignore[attr-defined]
            found += _LINK.findall(body.get_content()) if body is not None else []
    return found


def mailed_token(system: System, email: str, page: str, *, used: tuple[str, ...] = ()) -> str:
    """The token of a link to a page, once it was mailed; not one of those that were used."""

    def token() -> str:
        links = mailed_links(system, email)
        return next((found for where, found in links if where == page and found not in used), "")

    return wait(token, f"no link to {page} was mailed to {email}")
