"""Errors of operators' news."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class NewsNotDraft(DomainError):
    """It was released before, or withdrawn."""

    code = "news_not_draft"
    status = 409
    title = _("Not a draft")
    message = _("This news was sent or withdrawn before.")


class NewsHasEnded(DomainError):
    """Everybody has been told, or it was withdrawn before."""

    code = "news_has_ended"
    status = 409
    title = _("Nothing to withdraw")
    message = _("This news has been sent, or was withdrawn before.")


class RecipientsUnknown(DomainError):
    """Nobody has such a username."""

    code = "recipients_unknown"
    field = "audience"
    title = _("Unknown usernames")
    message = _("There are no such users: %(value)s.")


class TooManyRecipients(DomainError):
    """More names than may be listed."""

    code = "too_many_recipients"
    field = "audience"
    title = _("Too many names")
    message = _("At most %(limit)s names, not %(value)s. Leave the field empty to tell everybody.")
