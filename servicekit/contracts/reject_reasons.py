"""Why an order is rejected, expires, or is canceled by somebody other than its customer.

The codes of the public contract and their texts, in one list. Services that reject an order take the code
from here; texts for customers come from
:func:`servicekit.reject_sentence.reject_sentence`; a test holds that each has them in every language.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple


class RejectCode(StrEnum):
    """Every reason there is."""

    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_NOT_READY = "account_not_ready"
    CORPORATE_ACTION = "corporate_action"
    DAY_ENDED = "day_ended"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    INSUFFICIENT_POSITION = "insufficient_position"
    INSUFFICIENT_QUANTITY = "insufficient_quantity"
    INSTRUMENT_HALTED = "instrument_halted"
    LIMIT_TOO_FAR = "limit_too_far"
    OPERATOR = "operator"
    PRICE_MOVED = "price_moved"
    QUOTE_STALE = "quote_stale"
    SELF_TRADE = "self_trade"
    TIMED_OUT = "timed_out"
    TOO_MANY_ORDERS = "too_many_orders"
    UNFILLABLE = "unfillable"
    UNFILLED = "unfilled"


class Reason(NamedTuple):
    """The words for a code, in English: the translations' keys.

    Attributes:
        short: the sentence.
        full: the one with ``%(limit)s``, the bound, and ``%(value)s``, what stood against it, where
            both are known; "" when there is no such.
        unit: what the two are.
    """

    short: str
    full: str = ""
    unit: Literal["", "money", "units", "seconds"] = ""


def _(text: str) -> str:
    """Mark a text for translation; nothing here can translate."""
    return text


REASONS: dict[RejectCode, Reason] = {
    RejectCode.ACCOUNT_FROZEN: Reason(
        _("Your cash account is frozen while it is being checked. It takes no orders to buy until then.")
    ),
    RejectCode.ACCOUNT_NOT_READY: Reason(
        _("Your cash account was still being opened. Place the order again in a moment.")
    ),
    RejectCode.CORPORATE_ACTION: Reason(
        _("The units of this instrument were changed, so all open orders for it were canceled.")
    ),
    RejectCode.DAY_ENDED: Reason(_("The order's time in the book was over.")),
    RejectCode.INSUFFICIENT_FUNDS: Reason(
        _("There is not enough money for the order."),
        _("The order needs %(value)s, and %(limit)s is available."),
        "money",
    ),
    RejectCode.INSUFFICIENT_POSITION: Reason(
        _("You do not own as much as the order sells."),
        _("%(limit)s can be sold; the order is for %(value)s."),
        "units",
    ),
    RejectCode.INSUFFICIENT_QUANTITY: Reason(
        _("Less is offered at the moment than the order asks for."),
        _("%(limit)s is offered at the moment; the order is for %(value)s."),
        "units",
    ),
    RejectCode.INSTRUMENT_HALTED: Reason(_("Trading in this instrument is halted.")),
    RejectCode.LIMIT_TOO_FAR: Reason(
        _("The limit is too far from the market price."),
        _("The limit %(value)s is too far from the market price; %(limit)s is the bound at the moment."),
        "money",
    ),
    RejectCode.OPERATOR: Reason(_("The exchange canceled the order.")),
    RejectCode.PRICE_MOVED: Reason(
        _("The price moved beyond this order's bound."),
        _("The price moved to %(value)s, beyond this order's bound of %(limit)s."),
        "money",
    ),
    RejectCode.QUOTE_STALE: Reason(
        _("There was no fresh price to execute the order at."),
        _("The market price was %(value)s s old; at most %(limit)s s is allowed."),
        "seconds",
    ),
    RejectCode.SELF_TRADE: Reason(
        _("It would have traded with another order of your own, so the rest of it was canceled.")
    ),
    RejectCode.TIMED_OUT: Reason(_("The order was not confirmed in time, so it was canceled.")),
    RejectCode.TOO_MANY_ORDERS: Reason(
        _("You have the largest possible number of open orders."),
        _("You can have %(limit)s open orders; this would be number %(value)s."),
        "units",
    ),
    RejectCode.UNFILLABLE: Reason(
        _("The order could not be filled whole at once."),
        _("Only %(limit)s of the %(value)s ordered could be filled at once."),
        "units",
    ),
    RejectCode.UNFILLED: Reason(_("Nothing more was on offer within the order's bound.")),
}
