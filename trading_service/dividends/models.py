"""A dividend as market recorded it, and what each holder is paid."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from trading_service.reference.models import PRICE_BOUND, PriceField


class Dividend(models.Model):
    """A dividend of an instrument; ``id`` is market's id of the action.

    Attributes:
        per_unit: what each unit is paid, in major units of ``currency``.
        units: what customers held at ``recorded_at``, as the venue counts it.
        bought_units, sold_units: what customers had bought and sold until then; null of a record without.
        allocated_to: holders are taken in the order of their ids; up to this one all are done.
        holders, held_units, amount: the sums over the allocations so far; ``amount`` in minor units.
        completed_at: when the last holder was done.
        request_id: of the request that led to it.
    """

    id = models.UUIDField(primary_key=True)
    instrument = models.ForeignKey(
        "reference.ListedInstrument", on_delete=models.PROTECT, related_name="dividends", db_index=False
    )
    per_unit = PriceField()
    currency = models.CharField(max_length=3)
    units = models.BigIntegerField()
    bought_units = models.BigIntegerField(null=True)
    sold_units = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()
    allocated_to = models.UUIDField(null=True)
    holders = models.BigIntegerField(default=0)
    held_units = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    completed_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("dividend")
        verbose_name_plural = _("dividends")
        indexes = [models.Index(fields=["id"], condition=Q(completed_at=None), name="dividend_pending")]
        constraints = [
            models.CheckConstraint(
                condition=Q(per_unit__gt=0, per_unit__lt=PRICE_BOUND), name="dividend_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(units__gte=0, holders__gte=0, held_units__gte=0, amount__gte=0),
                name="dividend_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.per_unit.normalize():f} {self.currency}"


class DividendAllocation(models.Model):
    """What one holder is paid of a dividend, in minor units, rounded down; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dividend = models.ForeignKey(
        Dividend, on_delete=models.PROTECT, related_name="allocations", db_index=False
    )
    user_id = models.UUIDField()
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("share of a dividend")
        verbose_name_plural = _("shares of dividends")
        constraints = [
            models.UniqueConstraint(fields=["dividend", "user_id"], name="dividend_once_a_holder"),
            models.CheckConstraint(condition=Q(quantity__gt=0, amount__gte=0), name="dividend_share"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.dividend}"
