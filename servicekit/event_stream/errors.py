"""Why a stream is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError

#: Seconds after which who is refused may ask again.
RETRY_AFTER_S = 5


class TooManyStreams(DomainError):
    """One address or one user listens as often as may be."""

    code = "too_many_streams"
    status = 429
    title = _("Too many streams")
    retry_after = RETRY_AFTER_S
    message = _("%(limit)s streams are open from here already. Close one first.")


class StreamsFull(DomainError):
    """The process has as many listeners as it may."""

    code = "streams_full"
    status = 503
    title = _("All streams are taken")
    retry_after = RETRY_AFTER_S
    message = _("As many listen as can at the moment. Try again in a few seconds.")
