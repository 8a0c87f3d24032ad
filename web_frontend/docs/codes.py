"""What each error code of the API means, and what to do: where a problem's ``type`` leads to.

A test looks for every code of every service and of the gateway here.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from web_frontend.docs.access_codes import SIGNING_IN, USERS
from web_frontend.docs.code import Code, Codes
from web_frontend.docs.request_codes import ON_OUR_SIDE, SENDING_TWICE, THE_REQUEST

#: The headings of the page, and the codes below each.
CODES: list[Codes] = [
    SIGNING_IN,
    THE_REQUEST,
    SENDING_TWICE,
    USERS,
    (
        _("Orders"),
        [
            Code("instrument_unknown", 400, _("No instrument has this ticker.")),
            Code("tickers_invalid", 400, _("A stream of quotes is of 1 to 50 tickers, with commas between.")),
            Code(
                "too_many_streams", 429, _("An address has 250 streams open, or a user 10. Close one first.")
            ),
            Code("streams_full", 503, _("As many streams are open as can be. Try again in a few seconds.")),
            Code(
                "quantity_invalid",
                400,
                _("A quantity is a whole JSON number of units, from 1 to 1,000,000,000."),
            ),
            Code("lot_size_invalid", 400, _("The quantity is not a whole number of the instrument's lots.")),
            Code("order_type_unsupported", 400, _("Only market orders can be placed yet.")),
            Code("time_in_force_unsupported", 400, _("Only day orders can be placed yet.")),
            Code(
                "limit_price_unexpected", 400, _("A market order has no limit_price; worst_price bounds it.")
            ),
            Code(
                "price_step_invalid",
                400,
                _("A price is a decimal string above zero and a multiple of the instrument's price step."),
            ),
            Code(
                "worst_price_invalid",
                400,
                _(
                    "worst_price is a decimal string above zero and a multiple of the instrument's "
                    "price step."
                ),
            ),
            Code("worst_price_unexpected", 400, _("Only a market order has a worst_price.")),
            Code("order_value_too_large", 400, _("The order is worth more than one order may be.")),
            Code(
                "order_value_too_small", 400, _("The order would bring nothing after rounding and the fee.")
            ),
            Code(
                "order_quota_exceeded",
                429,
                _(
                    "You have placed as many orders today as anybody may, or too many of them were rejected. "
                    "What you hold can be sold a tenth more often. Retry-After is the time until midnight "
                    "UTC."
                ),
            ),
            Code("order_not_cancelable", 409, _("The order has ended; final is final.")),
        ],
    ),
    (
        _("Cash"),
        [
            Code(
                "account_not_ready",
                409,
                _(
                    "The account is still being opened: up to two seconds after registration. GET "
                    "answers 404."
                ),
            ),
            Code(
                "account_frozen",
                409,
                _("The account is frozen, and nothing can be booked until a person has looked at it."),
            ),
            Code(
                "amount_invalid",
                400,
                _("An amount is a decimal string above zero with at most two digits after the point."),
            ),
            Code("currency_unsupported", 400, _("Accounts are kept in US dollars.")),
            Code(
                "deposit_quota_exceeded",
                429,
                _(
                    "You have topped up as often today as anybody may. Retry-After is the time until "
                    "midnight UTC."
                ),
            ),
            Code(
                "insufficient_funds",
                400,
                _("Less is available than the withdrawal would take: what open orders hold stays."),
            ),
            Code(
                "withdrawal_quota_exceeded",
                429,
                _(
                    "You have withdrawn as often today as anybody may. Retry-After is the time until "
                    "midnight UTC."
                ),
            ),
            Code("limit_exceeded", 400, _("The amount is above the limit that the detail names.")),
        ],
    ),
    ON_OUR_SIDE,
]
