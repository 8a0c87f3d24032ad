"""A split as market recorded it, and what each position became."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from trading_service.reference.models import PRICE_BOUND, PriceField


class Split(models.Model):
    """A split of an instrument; ``id`` is market's id of the action.

    Attributes:
        number: the instrument's first is 1.
        price, previous_close, price_step, lot_size, issued_quantity: of the instrument after it.
        units: what customers held at ``recorded_at``, as the venue counts it.
        bought_units, sold_units: what customers had bought and sold until then; null of a record without.
        applied_at: when all positions were split, in one transaction.
        allocated_to: holders are taken in the order of their ids; up to this one all are done.
        holders, old_quantity, quantity, amount: the sums over the shares; ``amount`` in minor units.
        completed_at: when the last holder was told.
        request_id: of the request that led to it.
    """

    id = models.UUIDField(primary_key=True)
    instrument = models.ForeignKey(
        "reference.ListedInstrument", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    old_units = models.PositiveIntegerField()
    new_units = models.PositiveIntegerField()
    price = PriceField()
    previous_close = PriceField()
    price_step = PriceField()
    lot_size = models.PositiveIntegerField()
    issued_quantity = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField()
    bought_units = models.BigIntegerField(null=True)
    sold_units = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    allocated_to = models.UUIDField(null=True)
    holders = models.BigIntegerField(default=0)
    old_quantity = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    completed_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("split")
        verbose_name_plural = _("splits")
        indexes = [models.Index(fields=["id"], condition=Q(completed_at=None), name="split_pending")]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "number"], name="split_number_once"),
            models.CheckConstraint(
                condition=Q(old_units__gt=0, new_units__gt=0, price__gt=0, price__lt=PRICE_BOUND),
                name="split_terms",
            ),
            models.CheckConstraint(
                condition=Q(units__gte=0, holders__gte=0, old_quantity__gte=0, quantity__gte=0, amount__gte=0)
                & (Q(completed_at=None) | Q(applied_at__isnull=False)),
                name="split_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.old_units}:{self.new_units}"


class SplitShare(models.Model):
    """What one position became by a split, and what is paid for its fraction, in minor units; immutable."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    split = models.ForeignKey(Split, on_delete=models.PROTECT, related_name="shares", db_index=False)
    user_id = models.UUIDField()
    old_quantity = models.BigIntegerField()
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("split of a position")
        verbose_name_plural = _("splits of positions")
        constraints = [
            models.UniqueConstraint(fields=["split", "user_id"], name="split_once_a_holder"),
            models.CheckConstraint(
                condition=Q(old_quantity__gt=0, quantity__gte=0, amount__gte=0), name="split_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_quantity} → {self.quantity} × {self.split}"
