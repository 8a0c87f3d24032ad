"""What people are told about the security of their account, in the active language."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notification_service.inbox import link_texts as links
from notification_service.inbox import second_factor_texts as second_factor

Params = dict[str, Any]


def security_title(params: Params) -> str:
    """The headline of a notice, or of a mail with a link."""
    if "link_id" in params:
        return links.title(params)
    return {
        "wrong_passwords": _("Someone is trying to guess your password"),
        "password_changed": _("Your password was changed"),
        "password_reset": _("A new password was set"),
        "email_change_requested": _("Somebody wants to change your e-mail"),
        "email_changed": _("Your e-mail was changed"),
        "api_key_made": _("An API key was created"),
        "new_device": _("Sign-in from a new device"),
        **second_factor.titles(),
        "account_closed": _("Your account is closed"),
    }[params["notice"]]


def security(params: Params) -> str:
    """What happened, and what to do if it was somebody else."""
    if "link_id" in params:
        return links.body(params)
    if params["notice"] == "new_device":
        return _new_device(params)
    return {
        "wrong_passwords": _(
            "There were ten wrong passwords in a row. Further attempts are slowed down; your "
            "open sessions are not affected. If it was not you, make sure that your password is strong."
        ),
        "password_changed": _(
            "You are signed out everywhere except where it was changed. If it was not you, "
            "write to the operator."
        ),
        "password_reset": _(
            "It was set with a link that we emailed you. You are signed out everywhere, and your API keys "
            "are revoked. If it was not you, somebody reads your e-mail: secure that, and write to the "
            "operator."
        ),
        "email_change_requested": _(
            "It changes once somebody follows the link that we emailed to the new address. If it was not "
            "you, change your password now: then the link does nothing."
        ),
        "email_changed": _(
            "You are signed out everywhere except where it was changed. If it was not you, write to the "
            "operator: whoever did it knows your password."
        ),
        "api_key_made": _(
            "A program that has it can use your account without a password. If it was not you, revoke it "
            "under Security and change your password."
        ),
        **second_factor.bodies(),
        "account_closed": _(
            "You are signed out everywhere. Your e-mail and what you set up were erased; what was booked "
            "stays in the books. Nobody else can have your name. This is the last e-mail to this address."
        ),
    }[params["notice"]]


def _new_device(params: Params) -> str:
    """The time is that of the reader's zone, which the event names."""
    zone = _zone(params["time_zone"])
    at = datetime.fromisoformat(params["at"]).astimezone(zone)
    seen = {
        "device": _device(params["device"]),
        "address": params["address"] or "–",
        "at": f"{date_format(at, 'j E Y, H:i')} {zone.key}",
    }
    what = _("%(device)s, address %(address)s, %(at)s.") % seen
    return " ".join(
        (
            what,
            _(
                "If it was you, there is nothing to do. If not, change your password under Security: that "
                "signs everybody else out."
            ),
        )
    )


def _zone(name: str) -> ZoneInfo:
    """UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _device(words: str) -> str:
    """The English words of the event, ``Firefox on Windows``, in the active language."""
    browser, on, system = words.partition(" on ")
    if on:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return _("an unknown program") if words == "an unknown program" else words
