"""Errors of price alerts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.amounts import AmountRefused
from servicekit.errors import DomainError
from trading_service.orders.errors import PriceStepInvalid


class AlertNotFound(DomainError):
    """No such alert, or somebody else's."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such alert.")


class AlertPriceStepInvalid(PriceStepInvalid):
    """A price that the instrument cannot have."""

    field = "price"


class AlertPriceReached(AmountRefused):
    """The latest price is beyond the alert's already, or is the very same."""

    code = "alert_price_reached"
    field = "price"
    title = _("The price is reached already")
    message = _("The price of %(ticker)s is %(value)s already.")


class AlertPriceUnknown(DomainError):
    """There is no price yet to compare with."""

    code = "alert_price_unknown"
    status = 409
    title = _("No price yet")
    message = _("There is no price of %(ticker)s yet.")


class AlertsFull(DomainError):
    """The customer has as many waiting alerts (``limit``) as they may have."""

    code = "alerts_full"
    status = 409
    title = _("Too many price alerts")
    message = _("You can have %(limit)s price alerts at most. Delete one to set another.")
