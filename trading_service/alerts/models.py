"""A customer's price alerts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from trading_service.reference.models import PRICE_BOUND, PriceField

#: The most alerts that a customer has waiting, and how many of those that have fired are kept.
MAX_WAITING = 50
KEPT_FIRED = 50


class AlertBook(models.Model):
    """A customer's alerts, once there was one; its row is locked while they are counted."""

    user_id = models.UUIDField(primary_key=True)

    class Meta:
        verbose_name = _("customer with price alerts")
        verbose_name_plural = _("customers with price alerts")

    def __str__(self) -> str:
        return str(self.user_id)


class PriceAlert(models.Model):
    """To be told once when an instrument's price is at ``price`` or beyond it.

    Attributes:
        direction: ``above``: it rises to the price; ``below``: it falls to it.
        price: in major units of the instrument's currency; a split divides it as it does the price.
        fired_at: when a quote reached it; it never waits again.
        fired_price: that quote.
        announced: whether the event has been published: in the same transaction, unless many fired at once.
    """

    class Direction(models.TextChoices):
        ABOVE = "above", _("rises to")
        BELOW = "below", _("falls to")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    book = models.ForeignKey(AlertBook, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    instrument = models.ForeignKey(
        "reference.ListedInstrument", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    direction = models.CharField(_("when the price"), max_length=5, choices=Direction.choices)
    price = PriceField()
    created_at = models.DateTimeField(default=timezone.now)
    fired_at = models.DateTimeField(_("fired"), null=True)
    fired_price = PriceField(null=True)
    announced = models.BooleanField(default=False)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("price alert")
        verbose_name_plural = _("price alerts")
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0, price__lt=PRICE_BOUND), name="alert_price"),
            models.CheckConstraint(
                condition=Q(fired_at=None, fired_price=None, announced=False)
                | Q(direction="above", fired_at__isnull=False, fired_price__gte=models.F("price"))
                | Q(direction="below", fired_at__isnull=False, fired_price__lte=models.F("price")),
                name="alert_fired_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["instrument", "direction", "price"], condition=Q(fired_at=None), name="alert_waiting"
            ),
            models.Index(
                fields=["id"], condition=Q(fired_at__isnull=False, announced=False), name="alert_to_announce"
            ),
            models.Index(fields=["book", "-created_at", "-id"], name="alert_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.get_direction_display()} {self.price}"
