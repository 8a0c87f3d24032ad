"""Enumerations of an order: its states and their transitions, side, type and time in force."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The state of an order: ``accepted → working → partially_filled → filled``, or ended otherwise."""

    ACCEPTED = "accepted", _("accepted")
    WORKING = "working", _("working")
    PARTIALLY_FILLED = "partially_filled", _("partially filled")
    FILLED = "filled", _("filled")
    REJECTED = "rejected", _("rejected")
    CANCELED = "canceled", _("canceled")
    EXPIRED = "expired", _("expired")


#: Final is final.
FINAL = frozenset({Status.FILLED, Status.REJECTED, Status.CANCELED, Status.EXPIRED})

#: What can still move.
OPEN = frozenset(Status) - FINAL

#: Every allowed change of state. The trigger of migration 0003 and the history's CHECK say the same,
#: and a test holds them against each other.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.ACCEPTED: frozenset({Status.WORKING, Status.REJECTED, Status.CANCELED, Status.EXPIRED}),
    Status.WORKING: frozenset(
        {Status.PARTIALLY_FILLED, Status.FILLED, Status.REJECTED, Status.CANCELED, Status.EXPIRED}
    ),
    Status.PARTIALLY_FILLED: frozenset(
        {Status.PARTIALLY_FILLED, Status.FILLED, Status.CANCELED, Status.EXPIRED}
    ),
    **{status: frozenset() for status in FINAL},
}


class Side(models.TextChoices):
    BUY = "buy", _("buy")
    SELL = "sell", _("sell")


class OrderType(models.TextChoices):
    MARKET = "market", _("market")
    LIMIT = "limit", _("limit")


class TimeInForce(models.TextChoices):
    DAY = "day", _("day")
    GTC = "gtc", _("good till canceled")
    IOC = "ioc", _("immediate or cancel")
    FOK = "fok", _("fill or kill")
