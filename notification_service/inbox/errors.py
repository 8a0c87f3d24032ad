"""What the inbox refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class NotificationNotFound(DomainError):
    """There is no such notification, or it belongs to somebody else."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such notification.")
