"""Why a change of a position is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.contracts.reject_reasons import RejectCode
from servicekit.errors import DomainError


class InsufficientPosition(DomainError):
    """Fewer units are owned and free (``limit``) than are to be sold (``value``)."""

    code = RejectCode.INSUFFICIENT_POSITION.value
    title = _("Not enough units")
    message = _("%(limit)s can be sold; the order is for %(value)s.")


class PositionInconsistent(RuntimeError):
    """What an order had set aside is not there: a broken invariant, never a customer's mistake.

    It fails the event that met it, which ends among the dead letters with this error.
    """

    def __init__(self, *, user_id: object, instrument_id: object, quantity: int) -> None:
        super().__init__(f"user {user_id}: {quantity} of instrument {instrument_id} should be held")
