"""What mails with a link say; the link itself is made when the mail is (``transports/links.py``)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

Params = dict[str, Any]


def title(params: Params) -> str:
    """The headline of a mail with a link."""
    return {
        "confirm_email": _("Confirm your e-mail"),
        "change_email": _("Confirm your new e-mail"),
        "reset_password": _("A new password for your account"),
    }[params["notice"]]


def body(params: Params) -> str:
    """What the link is for, and until when it works."""
    text = {
        "confirm_email": _(
            "Follow the link to show that this address is yours. If you have no account here, ignore this "
            "e-mail."
        ),
        "change_email": _(
            "Follow the link to make this the address of your account. Until then the old one stays. If "
            "you have no account here, ignore this e-mail."
        ),
        "reset_password": _(
            "Somebody has asked for a new password for your account. Follow the link to choose one; you will "
            "be signed out everywhere. If it was not you, do nothing: your password stays as it is."
        ),
    }[params["notice"]]
    until = _("The link works once, until %(until)s UTC.") % {"until": _moment(params["until"])}
    return f"{text} {until}"


def _moment(text: str) -> str:
    return date_format(datetime.fromisoformat(text).astimezone(UTC), "j E Y, H:i")
