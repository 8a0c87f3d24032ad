"""Errors of preferences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class UnsubscribeLinkInvalid(DomainError):
    """The link was not made here, or is not whole."""

    code = "unsubscribe_link_invalid"
    status = 404
    title = _("Invalid unsubscribe link")
    message = _("This unsubscribe link is not valid. Choose your notifications in the settings instead.")
