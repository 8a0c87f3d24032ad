"""The order itself."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from trading_service.orders.models.states import OPEN, OrderType, Side, Status, TimeInForce
from trading_service.reference.models import PRICE_BOUND, PriceField


class Order(models.Model):
    """A customer's order to buy or sell, and its state.

    ``version`` rises with every change and is the sequence of the event about it.
    ``client_order_id`` is the Idempotency-Key. ``worst_price``: the bound that its customer set to a market
    order. ``cap_price``: the worst price it may execute at: the limit price, or the tighter of the worst
    price and the price protection; null only if it was rejected before that was known.
    ``fee_rate``, ``maker_fee_rate`` and ``minimum_fee``: the fee schedule it was placed at; rates are null
    for orders older than these columns. ``expires_at``: until when it may rest; ``rested_at``: when it
    entered the book. ``hold_amount``: the cash that billing is to hold for a buy, fee included; 0 for a sell,
    which holds its units in the position. ``filled_value``: the exact sum of price × quantity over the fills,
    major units; ``maker_value``: of those that executed while it rested. ``amount`` and ``fee``: the sums
    over the fills, minor units of ``currency``. ``reject_code``: why it was rejected, expired or canceled
    (empty: canceled by its customer), with ``reject_limit`` and ``reject_value``, the bound and the value
    that exceeded it, as text; if an operator canceled it, ``reject_value`` is the operator's reason.
    ``splits``: of how many splits of the instrument its quantity and prices know.
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
    maker_fee_rate = models.DecimalField(max_digits=12, decimal_places=8, null=True)
    minimum_fee = models.BigIntegerField(default=0, db_default=0)
    expires_at = models.DateTimeField(null=True)
    rested_at = models.DateTimeField(null=True)
    hold_amount = models.BigIntegerField(default=0)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACCEPTED)
    filled_quantity = models.BigIntegerField(default=0)
    filled_value = models.DecimalField(max_digits=40, decimal_places=8, default=Decimal(0))
    maker_value = models.DecimalField(
        max_digits=40, decimal_places=8, default=Decimal(0), db_default=Decimal(0)
    )
    amount = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    reject_code = models.CharField(max_length=40, blank=True)
    reject_limit = models.CharField(max_length=100, blank=True)
    reject_value = models.CharField(max_length=100, blank=True)
    cancel_requested_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    splits = models.PositiveIntegerField(default=0, db_default=0)
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
                condition=Q(status__in=[Status.REJECTED, Status.EXPIRED]) & ~Q(reject_code="")
                | Q(status=Status.CANCELED)
                | Q(status__in=sorted(OPEN | {Status.FILLED}), reject_code=""),
                name="order_reason",
            ),
            models.CheckConstraint(
                condition=Q(type=OrderType.MARKET, limit_price__isnull=True, expires_at__isnull=True)
                | Q(type=OrderType.LIMIT, limit_price__isnull=False, worst_price__isnull=True),
                name="order_type_fits_prices",
            ),
            models.CheckConstraint(
                condition=(
                    Q(maker_fee_rate__isnull=True) | Q(maker_fee_rate__gte=0, maker_fee_rate__lt=PRICE_BOUND)
                )
                & Q(minimum_fee__gte=0, maker_value__gte=0, maker_value__lte=F("filled_value")),
                name="order_fee_schedule",
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

    @property
    def replaced_by(self) -> UUID | None:
        """The order that takes this one's place, or will once the venue has given this one back."""
        if self.cancel_requested_at is None:  # asks the database nothing
            return None
        replacement = getattr(self, "replacement", None)
        if replacement is None or not (replacement.placed or self.status in OPEN):
            return None
        return replacement.new_order_id
