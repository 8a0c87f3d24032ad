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
            Code("tickers_invalid", 400, _("A stream of quotes takes 1 to 50 tickers, separated by commas.")),
            Code(
                "books_invalid",
                400,
                _("A stream of quotes takes at most 5 books, each of one of its tickers."),
            ),
            Code(
                "too_many_streams",
                429,
                _("A network address can have 250 open streams, a user 10. Close one first."),
            ),
            Code("streams_full", 503, _("The limit of open streams is reached. Try again in a few seconds.")),
            Code(
                "quantity_invalid",
                400,
                _("A quantity must be a whole JSON number of units, from 1 to 1,000,000,000."),
            ),
            Code("lot_size_invalid", 400, _("The quantity is not a whole number of the instrument's lots.")),
            Code("limit_price_missing", 400, _("An order of the type limit needs a limit_price.")),
            Code(
                "limit_too_far",
                400,
                _("The limit is more than 20 % from the market price; the detail says how far it may be."),
            ),
            Code("time_in_force_unsupported", 400, _("A market order never rests, so it cannot be gtc.")),
            Code(
                "limit_price_unexpected", 400, _("A market order has no limit_price; worst_price bounds it.")
            ),
            Code(
                "price_step_invalid",
                400,
                _(
                    "A price must be a decimal string above zero and a multiple of the "
                    "instrument's price step."
                ),
            ),
            Code(
                "worst_price_invalid",
                400,
                _(
                    "worst_price must be a decimal string above zero and a multiple of the "
                    "instrument's price step."
                ),
            ),
            Code("worst_price_unexpected", 400, _("Only a market order has a worst_price.")),
            Code("order_value_too_large", 400, _("The value of the order exceeds the limit for one order.")),
            Code("order_value_too_small", 400, _("The sale would bring nothing after rounding and the fee.")),
            Code(
                "order_quota_exceeded",
                429,
                _(
                    "You have reached the daily limit of orders or of rejected orders. "
                    "Beyond it you can place a tenth more to sell what you own. Retry-After "
                    "is the time until midnight UTC."
                ),
            ),
            Code("order_not_cancelable", 409, _("The order has already ended.")),
            Code(
                "order_not_replaceable",
                409,
                _(
                    "The order has ended, is being canceled already, or is a market order; or its instrument "
                    "is halted."
                ),
            ),
            Code("watchlist_full", 409, _("The watchlist is full. Remove an instrument to add another.")),
            Code("alert_price_reached", 400, _("The instrument's price is there already, or beyond it.")),
            Code(
                "alert_price_unknown",
                409,
                _("No price has come in yet to compare with. Try again once the instrument has one."),
            ),
            Code(
                "alerts_full",
                409,
                _("You have as many price alerts as you may. Delete one to set another."),
            ),
            Code(
                "replacement_unchanged",
                400,
                _("Give another quantity or another limit_price than the order has."),
            ),
            Code(
                "quantity_already_filled",
                400,
                _("The quantity is how much shall be filled in all; as much or more is filled already."),
            ),
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
                "account_closing",
                409,
                _("The customer wants the account closed: nothing new is booked until that is decided."),
            ),
            Code(
                "account_frozen",
                409,
                _("The account is frozen: nothing can be booked until an operator has checked it."),
            ),
            Code(
                "amount_invalid",
                400,
                _("An amount must be a decimal string above zero with at most two digits after the point."),
            ),
            Code(
                "currency_unsupported", 400, _("Not the exchange's currency; GET /api/v1/account names it.")
            ),
            Code(
                "deposit_quota_exceeded",
                429,
                _(
                    "You have reached the daily limit of deposits. Retry-After is the time "
                    "until midnight UTC."
                ),
            ),
            Code(
                "insufficient_funds",
                400,
                _("Not enough money is available; money held for open orders cannot be withdrawn."),
            ),
            Code(
                "withdrawal_quota_exceeded",
                429,
                _(
                    "You have reached the daily limit of withdrawals. Retry-After is the "
                    "time until midnight UTC."
                ),
            ),
            Code("limit_exceeded", 400, _("The amount exceeds the limit given in the detail.")),
            Code(
                "export_too_long",
                400,
                _("More operations than such a file may have; the detail says how many. CSV has no limit."),
            ),
            Code("month_invalid", 400, _("A month must be written as 2025-01.")),
            Code(
                "statement_not_found",
                404,
                _("The month has not begun, or the account was opened later; the detail says more."),
            ),
        ],
    ),
    ON_OUR_SIDE,
]
