"""Errors: an order is refused, or cannot be changed. Reject codes are in
``servicekit.contracts.reject_reasons``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.amounts import AmountRefused
from servicekit.errors import DomainError
from servicekit.quotas import DailyQuotaExceeded


class LimitPriceMissing(DomainError):
    """A limit order without a limit price."""

    code = "limit_price_missing"
    field = "limit_price"
    title = _("Limit price missing")
    message = _("A limit order needs a limit price.")


class LimitPriceUnexpected(DomainError):
    """A market order with a limit price, which would be ignored."""

    code = "limit_price_unexpected"
    field = "limit_price"
    title = _("Unexpected limit price")
    message = _("A market order has no limit price; %(limit_price)s was given.")


class WorstPriceUnexpected(DomainError):
    """A limit order with a worst price; its limit price is its bound."""

    code = "worst_price_unexpected"
    field = "worst_price"
    title = _("Unexpected worst price")
    message = _("Only a market order has a worst price; a limit order has its limit price.")


class PriceStepInvalid(AmountRefused):
    """A price that is not a multiple of the price step."""

    code = "price_step_invalid"
    field = "worst_price"
    title = _("Not a multiple of the price step")
    message = _("The price of %(ticker)s must be a multiple of %(limit)s, not %(value)s.")


class LimitPriceStepInvalid(PriceStepInvalid):
    """A limit price that is not a multiple of the price step."""

    field = "limit_price"


class TimeInForceUnsupported(DomainError):
    """A market order with a time in force that rests."""

    code = "time_in_force_unsupported"
    field = "time_in_force"
    title = _("Unsupported time in force")
    message = _("A market order never waits, so it cannot be “%(time_in_force)s”.")


class LotSizeInvalid(DomainError):
    """A quantity that is not a whole number of lots."""

    code = "lot_size_invalid"
    field = "quantity"
    title = _("Not a whole number of lots")
    message = _("%(ticker)s is traded in lots of %(limit)s; %(value)s is not a multiple of that.")


class OddLotInvalid(LotSizeInvalid):
    """A sale that is neither a whole number of lots nor all free units."""

    message = _(
        "%(ticker)s is traded in lots of %(limit)s; %(value)s is neither a multiple of that nor all that can "
        "be sold, which is %(free)s."
    )


class OrderValueTooLarge(AmountRefused):
    """Price × quantity beyond what an account can ever hold."""

    code = "order_value_too_large"
    field = "quantity"
    title = _("The order is worth too much")
    message = _("The value of an order cannot exceed %(limit)s; this one is %(value)s.")


class OrderValueTooSmall(AmountRefused):
    """A sale that would bring nothing, or less than its fee."""

    code = "order_value_too_small"
    field = "quantity"
    title = _("The order is worth too little")
    message = _("A sale must bring at least %(limit)s, even at its worst price.")


class OrderQuotaExceeded(DailyQuotaExceeded):
    """The customer has used up the daily quota of orders."""

    code = "order_quota_exceeded"
    status = 429
    title = _("Daily order limit reached")
    message = _(
        "You have reached the daily limit of orders: %(limit)s. Until midnight UTC you can "
        "only sell what you own."
    )


class RejectedOrderQuotaExceeded(OrderQuotaExceeded):
    """The customer has used up the daily quota of rejected orders."""

    message = _(
        "You have reached the daily limit of rejected orders: %(limit)s. Until midnight UTC "
        "you can only sell what you own."
    )


class SaleQuotaExceeded(OrderQuotaExceeded):
    """The extra quota for selling is used up too."""

    message = _(
        "You have reached the daily limit of orders, and placed %(limit)s more to sell what "
        "you own. You can place orders again after midnight UTC."
    )


class OrderNotCancelable(DomainError):
    """A cancel of an order that is final."""

    code = "order_not_cancelable"
    status = 409
    title = _("The order cannot be canceled")
    message = _("The order is already %(status)s.")


class OrderNotReplaceable(DomainError):
    """A replace of an order that is final."""

    code = "order_not_replaceable"
    status = 409
    title = _("The order cannot be replaced")
    message = _("The order is already %(status)s.")


class HaltedNotReplaceable(OrderNotReplaceable):
    """A replace while the instrument is halted: the new order would be rejected."""

    message = _("Trading in this instrument is halted: the order can be canceled, but not replaced.")


class OrderBeingCanceled(OrderNotReplaceable):
    """A replace of an order that is already being canceled or replaced."""

    message = _("The order is being canceled already.")


class MarketOrderNotReplaceable(OrderNotReplaceable):
    """A replace of an order that never rests."""

    message = _("Only a limit order can be replaced; a market order does not wait.")


class ReplacementUnchanged(DomainError):
    """A replace without a change; it would only lose the order's place in the queue."""

    code = "replacement_unchanged"
    title = _("Nothing to replace")
    message = _("Give another quantity or another limit price than the order has.")


class QuantityFilled(DomainError):
    """A replace to no more than is filled already."""

    code = "quantity_already_filled"
    field = "quantity"
    title = _("That much is filled already")
    message = _(
        "%(limit)s of the order are filled already, so it cannot be replaced by one for %(value)s in all."
    )


class LimitTooFar(AmountRefused):
    """A replace by an order that would be rejected for its limit."""

    code = "limit_too_far"
    field = "limit_price"
    title = _("The limit is too far from the price")
    message = _("The limit %(value)s is too far from the market price; %(limit)s is the bound at the moment.")


class ExecutionConflict(RuntimeError):
    """The venue executed an order that is not open here. An execution cannot be undone and must not be
    dropped silently: the event fails and becomes a dead letter, for an operator."""


class OrderNotFound(DomainError):
    """The order does not exist, or it belongs to another user: the caller is not told which."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such order, or it is not yours.")
