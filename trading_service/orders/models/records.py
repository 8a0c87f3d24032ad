"""What happened to an order, never changed: its fills, and the history of its states."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trading_service.orders.models.order import Order
from trading_service.orders.models.states import TRANSITIONS, Status
from trading_service.reference.models import PRICE_BOUND, PriceField


class Liquidity(models.TextChoices):
    """Whether an order executed on arrival (taker) or while resting in the book (maker)."""

    TAKER = "taker", _("taker")
    MAKER = "maker", _("maker")


class Fill(models.Model):
    """What one transaction of the venue executed of an order, on arrival or while resting.

    ``id`` is the venue's: of its fill, or, of a fill whose order came and rested in one transaction, for the
    second part, of the first execution in that. ``value``: the exact sum of price × quantity, major units;
    ``price``: the average. ``executions``: the venue's, each ``[id, trade_id, quantity, price, liquidity,
    counterparty]``. Null or empty, all three, of a fill of before there were these columns: it was one
    execution of its own id. ``amount`` and ``fee``: by how much the order's rose with it, minor units; either
    may be 0. ``market_time``: the market's time of ``executed_at``, which in a replay is of the replayed day;
    null of a fill of before there was this column.
    """

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fills")
    quantity = models.BigIntegerField()
    price = PriceField()
    value = models.DecimalField(max_digits=40, decimal_places=8, null=True)
    liquidity = models.CharField(
        max_length=5, choices=Liquidity.choices, blank=True, default="", db_default=""
    )
    executions = models.JSONField(null=True)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    executed_at = models.DateTimeField()
    market_time = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("fill")
        verbose_name_plural = _("fills")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fill_quantity"),
            models.CheckConstraint(condition=Q(price__gt=0, price__lt=PRICE_BOUND), name="fill_price"),
            models.CheckConstraint(condition=Q(amount__gte=0, fee__gte=0), name="fill_amounts"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} @ {self.price}"


class OrderTransition(models.Model):
    """One change of an order's state: when, and what caused it.

    ``sequence`` is the order's version after it. ``cause``: ``customer``, ``deadline``, or the type of
    the event whose id ``event_id`` is. ``from_status`` is empty in an order's first row.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="history", db_index=False)
    sequence = models.PositiveIntegerField()
    from_status = models.CharField(max_length=16, blank=True, choices=Status.choices)
    to_status = models.CharField(max_length=16, choices=Status.choices)
    at = models.DateTimeField(default=timezone.now)
    cause = models.CharField(max_length=100)
    event_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        constraints = [
            models.UniqueConstraint(fields=["order", "sequence"], name="transition_order_sequence"),
            models.CheckConstraint(
                condition=Q(from_status="", to_status__in=[Status.ACCEPTED, Status.REJECTED])
                | Q(from_status=Status.ACCEPTED, to_status__in=sorted(TRANSITIONS[Status.ACCEPTED]))
                | Q(from_status=Status.WORKING, to_status__in=sorted(TRANSITIONS[Status.WORKING]))
                | Q(
                    from_status=Status.PARTIALLY_FILLED,
                    to_status__in=sorted(TRANSITIONS[Status.PARTIALLY_FILLED]),
                ),
                name="transition_allowed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_status_display() or '·'} → {self.get_to_status_display()}"
