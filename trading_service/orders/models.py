"""Orders, their fills and the history of their states.

The database itself refuses an illegal state, an illegal change of state and any change after a final
one (see the triggers in migration 0003); the application's role can neither change nor remove
fills and history, nor remove orders.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from trading_service.reference.models import PRICE_BOUND, PriceField


class Status(models.TextChoices):
    """Where an order is: ``accepted → working → partially_filled → filled``, or ended otherwise."""

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


class Order(models.Model):
    """A customer's wish to buy or sell, and how far it has come.

    ``version`` rises with every change and is the sequence of the event that tells of it.
    ``client_order_id`` is the Idempotency-Key. ``worst_price``: the bound that its customer set.
    ``cap_price``: what it may execute at, at worst: the tighter of that and the price protection; null
    only when it was rejected for want of a quote. ``fee_rate``: the rate it was placed at; null for
    one of before there was this column. ``hold_amount``: the cash asked of billing for a
    buy, fee included; 0 for a sell, which holds its units in the position. ``filled_value``: the
    exact sum of price × quantity over the fills, major units. ``amount`` and ``fee``: the sums over
    the fills, minor units of ``currency``. ``reject_code``: why it was rejected or expired, with
    ``reject_limit`` and ``reject_value``, the bound and what stood against it, as text.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)
    user_id = models.UUIDField()
    client_order_id = models.CharField(max_length=128)
    instrument = models.ForeignKey(
        "reference.ListedInstrument", on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    side = models.CharField(max_length=4, choices=Side.choices)
    type = models.CharField(max_length=6, choices=OrderType.choices)
    time_in_force = models.CharField(max_length=3, choices=TimeInForce.choices)
    quantity = models.BigIntegerField()
    limit_price = PriceField(null=True, blank=True)
    worst_price = PriceField(null=True, blank=True)
    cap_price = PriceField(null=True)
    currency = models.CharField(max_length=3)
    fee_rate = models.DecimalField(max_digits=12, decimal_places=8, null=True)
    hold_amount = models.BigIntegerField(default=0)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACCEPTED)
    filled_quantity = models.BigIntegerField(default=0)
    filled_value = models.DecimalField(max_digits=40, decimal_places=8, default=Decimal(0))
    amount = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    reject_code = models.CharField(max_length=40, blank=True)
    reject_limit = models.CharField(max_length=100, blank=True)
    reject_value = models.CharField(max_length=100, blank=True)
    cancel_requested_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [models.Index(fields=["user_id", "-created_at", "-id"], name="order_of_user")]
        constraints = [
            models.UniqueConstraint(fields=["user_id", "client_order_id"], name="order_client_id_unique"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="order_status"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="order_side"),
            models.CheckConstraint(condition=Q(type__in=OrderType.values), name="order_type"),
            models.CheckConstraint(condition=Q(time_in_force__in=TimeInForce.values), name="order_tif"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, filled_quantity__gte=0, filled_quantity__lte=F("quantity")),
                name="order_filled_within_quantity",
            ),
            models.CheckConstraint(
                condition=Q(hold_amount__gte=0, amount__gte=0, fee__gte=0), name="order_amounts"
            ),
            models.CheckConstraint(
                condition=Q(limit_price__isnull=True) | Q(limit_price__gt=0, limit_price__lt=PRICE_BOUND),
                name="order_limit_price",
            ),
            models.CheckConstraint(
                condition=Q(worst_price__isnull=True) | Q(worst_price__gt=0, worst_price__lt=PRICE_BOUND),
                name="order_worst_price",
            ),
            models.CheckConstraint(
                condition=Q(fee_rate__isnull=True) | Q(fee_rate__gte=0, fee_rate__lt=PRICE_BOUND),
                name="order_fee_rate",
            ),
            models.CheckConstraint(
                condition=Q(cap_price__gt=0, cap_price__lt=PRICE_BOUND)
                | Q(cap_price__isnull=True, status=Status.REJECTED),
                name="order_cap_price",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FILLED, filled_quantity=F("quantity"))
                | Q(status=Status.PARTIALLY_FILLED, filled_quantity__gt=0, filled_quantity__lt=F("quantity"))
                | Q(
                    status__in=[Status.ACCEPTED, Status.WORKING, Status.REJECTED],
                    filled_quantity=0,
                )
                | Q(status__in=[Status.CANCELED, Status.EXPIRED], filled_quantity__lt=F("quantity")),
                name="order_status_fits_filled",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.REJECTED, Status.EXPIRED]) ^ Q(reject_code=""),
                name="order_reject_code",
            ),
        ]

    def __str__(self) -> str:
        side, status = self.get_side_display(), self.get_status_display()
        return f"{side} {self.quantity} × {self.instrument.ticker} ({status})"

    @property
    def remaining_quantity(self) -> int:
        """What is not filled."""
        return self.quantity - self.filled_quantity

    @property
    def average_price(self) -> Decimal | None:
        """The average over the fills, in major units; None before the first."""
        if not self.filled_quantity:
            return None
        return (self.filled_value / self.filled_quantity).quantize(Decimal("1e-8"))


class Fill(models.Model):
    """An execution of an order at the venue; ``id`` is the venue's. Amounts in minor units."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fills")
    quantity = models.BigIntegerField()
    price = PriceField()
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    executed_at = models.DateTimeField()

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


class DailyOrders(models.Model):
    """How many orders a customer has placed on the last day on which they placed any, for the quota.

    One row a customer, which begins anew with the first order of a day (UTC, by the database's clock).
    ``rejected``: how many of them were refused, at once or later that day.
    """

    user_id = models.UUIDField(primary_key=True)
    day = models.DateField()
    placed = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("orders of a day")
        verbose_name_plural = _("orders of the day")

    def __str__(self) -> str:
        return f"{self.day}: {self.placed}"


class OrderDeadline(models.Model):
    """Until when an open order must have ended. Exactly the open orders have one.

    ``due_at`` is by the database's clock, which alone also decides what is due. ``recalls``: how often
    the venue was asked to give the order back because it was due.
    """

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.PROTECT, related_name="deadline")
    due_at = models.DateTimeField()
    recalls = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        indexes = [models.Index(fields=["due_at"], name="deadline_due")]

    def __str__(self) -> str:
        return f"{self.order_id} @ {self.due_at:%Y-%m-%d %H:%M:%S}"
