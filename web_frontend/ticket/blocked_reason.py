"""Why no order can be placed right now: said before a person fills in a ticket, not after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from servicekit.contracts.reject_reasons import RejectCode
from servicekit.reject_sentence import reject_sentence
from web_frontend.cash.account import is_frozen


def blocked_reason(
    instrument: dict[str, Any], side: str, account: dict[str, Any] | None, *, is_limit: bool = False
) -> str:
    """The sentence that says why an order cannot succeed; "" when nothing speaks against one.

    A frozen account takes no orders to buy; selling goes on. A limit order can wait for a fresh price, unless
    there has been none at all.

    Args:
        account: billing's answer, empty while it is being opened, None when it is not known.
    """
    if instrument["status"] == "halted":
        return reject_sentence(code=RejectCode.INSTRUMENT_HALTED)
    if not instrument.get("price") if is_limit else quote_is_stale(instrument):
        return _("There is no fresh price at the moment, so no order can be executed.")
    if side == "buy" and account is not None:
        if not account:
            return _("Your account is still being opened. Please try again in a moment.")
        if is_frozen(account):
            return reject_sentence(code=RejectCode.ACCOUNT_FROZEN)
    return ""


def quote_is_stale(instrument: dict[str, Any]) -> bool:
    """Whether the price is older than the venue executes at, or there is none."""
    if not instrument.get("price") or not instrument.get("price_at"):
        return True
    age = timezone.now() - datetime.fromisoformat(instrument["price_at"])
    return age.total_seconds() > settings.QUOTE_MAX_AGE_S
