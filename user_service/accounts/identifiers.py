"""Normalises usernames and e-mails, so that those that look alike are the same."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from user_service.accounts.models import printable

#: Letters that show nothing and are no format characters.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
#: Names of who runs an exchange, not of customers, whatever signs stand between the letters.
RESERVED_NAMES = frozenset((
    "abuse", "admin", "administrator", "birzha", "compliance", "helpdesk", "hostmaster", "moderator",
    "noreply", "official", "operator", "postmaster", "root", "security", "staff", "support", "sysadmin",
    "system", "webmaster",
))  # fmt: skip
#: Format characters that join letters of some scripts and parts of an emoji.
_JOINERS = "\u200c\u200d"


def email_normal(text: str) -> str:
    """An e-mail address in its normal form; what is no address comes back for the validator to refuse.

    Compatibility forms (full-width letters, the Kelvin sign) become the letters that they look like; a host
    that is not ASCII is as IDNA has it: in lower case, without what cannot be seen. ASCII stays as typed,
    its case is the unique index's matter.
    """
    name, at, host = unicodedata.normalize("NFKC", text.strip()).rpartition("@")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("idna")
        except UnicodeError:
            return text
    return f"{name}{at}{host}"


def identifier_normal(text: str) -> str:
    """A username or an e-mail as somebody types it to sign in."""
    normal = unicodedata.normalize("NFKC", text.strip())
    return email_normal(normal) if "@" in normal else normal


def display_name_normal(text: str) -> str:
    """A shown name in its composed form, so that two spellings of one letter are one."""
    return unicodedata.normalize("NFC", text)


def visible(text: str) -> None:
    """Refuse what cannot be seen, breaks the line or makes two names look alike.

    Raises:
        ValidationError: ``display_name_invalid``.
    """
    printable(text)
    for at, letter in enumerate(text):
        joins = letter in _JOINERS and 0 < at < len(text) - 1
        if letter in _BLANK or (unicodedata.category(letter) in ("Cf", "Co", "Cn", "Cs") and not joins):
            raise ValidationError(_("Invisible characters are not allowed."), "display_name_invalid")


def username_free(username: str) -> None:
    """Refuse a name by which a customer would pass for who runs the exchange.

    Raises:
        ValidationError: ``username_reserved``.
    """
    if re.sub(r"[_.-]|[0-9]+$", "", username).lower() in RESERVED_NAMES:
        raise ValidationError(_("This name is reserved."), "username_reserved")
