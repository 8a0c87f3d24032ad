"""Why a stream is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError

#: Seconds after which a refused client may ask again.
RETRY_AFTER_S = 5


class TooManyStreams(DomainError):
    """The address or the user has the maximum number of streams."""

    code = "too_many_streams"
    status = 429
    title = _("Too many streams")
    retry_after = RETRY_AFTER_S
    message = _("You already have %(limit)s streams open. Close one first.")


class StreamsFull(DomainError):
    """The process has the maximum number of listeners."""

    code = "streams_full"
    status = 503
    title = _("No free streams")
    retry_after = RETRY_AFTER_S
    message = _("The limit of open streams is reached. Try again in a few seconds.")
