"""Errors of positions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.contracts.reject_reasons import RejectCode
from servicekit.errors import DomainError


class InsufficientPosition(DomainError):
    """Fewer free units (``limit``) than the order would sell (``value``)."""

    code = RejectCode.INSUFFICIENT_POSITION.value
    title = _("Not enough units")
    message = _("%(limit)s can be sold; the order is for %(value)s.")


class PositionInconsistent(RuntimeError):
    """The units that an order had set aside are missing: a broken invariant, never a customer's mistake.

    The event fails with this error and becomes a dead letter.
    """

    def __init__(self, *, user_id: object, instrument_id: object, quantity: int) -> None:
        super().__init__(f"user {user_id}: {quantity} of instrument {instrument_id} should be held")
