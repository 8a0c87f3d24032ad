"""Errors of the inbox."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class NotificationNotFound(DomainError):
    """The notification does not exist, or belongs to another user."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such notification.")
