"""Deadlines and replacements of open orders; counts for the daily quota."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from trading_service.orders.models.order import Order
from trading_service.reference.models import PRICE_BOUND, PriceField


class DailyOrders(models.Model):
    """How many orders a customer placed on the last day they placed any, for the quota.

    One row per customer, reset by the first order of a day (UTC, by the database's clock).
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


class OrderReplacement(models.Model):
    """The new order that a customer wants when the venue has canceled the old one.

    ``quantity``: the total, including what the old order has filled; ``limit_price``: of the new order.
    ``client_order_id``: the Idempotency-Key of the request, and of the new order. ``new_order_id``: the id of
    the new order. ``placed``: the new order exists; it never will if the old one ended for another reason.
    """

    order = models.OneToOneField(
        Order, primary_key=True, on_delete=models.PROTECT, related_name="replacement"
    )
    new_order_id = models.UUIDField(default=new_id, unique=True)
    quantity = models.BigIntegerField()
    limit_price = PriceField()
    client_order_id = models.CharField(max_length=128)
    request_id = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    placed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("replacement")
        verbose_name_plural = _("replacements")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="replacement_quantity"),
            models.CheckConstraint(
                condition=Q(limit_price__gt=0, limit_price__lt=PRICE_BOUND), name="replacement_limit_price"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.new_order_id}"


class OrderDeadline(models.Model):
    """When an open order must have ended. Exactly the open orders have a row.

    ``due_at`` is by the database's clock, which also decides what is due. ``rests``: the order is in the
    book, and due a while after it expires there. ``recalls``: how often the venue was asked to cancel the
    order because it was due. ``user_id``: the order's; null in rows written by the previous version.
    """

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.PROTECT, related_name="deadline")
    due_at = models.DateTimeField()
    rests = models.BooleanField(default=False, db_default=False)
    recalls = models.PositiveSmallIntegerField(default=0)
    user_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        indexes = [
            models.Index(fields=["rests", "due_at"], name="deadline_due_of_kind"),
            models.Index(fields=["user_id"], name="deadline_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} @ {self.due_at:%Y-%m-%d %H:%M:%S}"
