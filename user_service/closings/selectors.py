"""Reads of closings."""

from __future__ import annotations

from uuid import UUID

from user_service.closings.errors import ClosingNotFound
from user_service.closings.models import Closing


def closing_latest(*, user_id: UUID) -> Closing:
    """What became of a user's latest request to close the account.

    Raises:
        ClosingNotFound: there was none.
    """
    found = Closing.objects.filter(user_id=user_id).first()
    if found is None:
        raise ClosingNotFound
    return found


def closing_get(*, closing_id: UUID) -> Closing:
    """One closing, whosever.

    Raises:
        ClosingNotFound: there is none.
    """
    try:
        return Closing.objects.get(id=closing_id)
    except Closing.DoesNotExist:
        raise ClosingNotFound from None
