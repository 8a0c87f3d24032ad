"""The links in mails about an account. Their token stands behind ``#``, which a browser sends to nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from servicekit.auth.links import link_token

_PAGES = {
    "confirm_email": "/confirm-email",
    "change_email": "/confirm-email",
    "reset_password": "/reset-password",
}


def link_of(params: dict[str, Any]) -> str:
    """The address of the link that a notification is about; "" of one that has none."""
    if "link_id" not in params:
        return ""
    return f"{settings.PUBLIC_URL}{_PAGES[params['notice']]}#{link_token(UUID(params['link_id']))}"


def link_words(params: dict[str, Any]) -> str:
    """What the link says, in the active language."""
    return _("Choose a new password") if params["notice"] == "reset_password" else _("Confirm the address")


def link_has_expired(params: dict[str, Any]) -> bool:
    """Whether it would lead nowhere by now."""
    return "link_id" in params and datetime.fromisoformat(params["until"]) <= timezone.now()
