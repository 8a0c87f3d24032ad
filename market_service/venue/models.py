"""Venue orders, the one answer that each order got; and how far they were counted against the offer."""

from __future__ import annotations

from django.db import models
from django.db.models import Func, Q, Value
from django.utils.translation import gettext_lazy as _

from market_service.quotes.models import PRICE_DIGITS, PRICE_LIMIT
from servicekit.contracts.reject_reasons import RejectCode


class VenueOrderState(models.TextChoices):
    EXECUTED = "executed", _("executed")
    REFUSED = "refused", _("refused")
    CANCELED = "canceled", _("canceled")


class RefuseCode(models.TextChoices):
    INSUFFICIENT_QUANTITY = RejectCode.INSUFFICIENT_QUANTITY.value, _("not enough on offer")
    INSTRUMENT_HALTED = RejectCode.INSTRUMENT_HALTED.value, _("trading is halted")
    PRICE_MOVED = RejectCode.PRICE_MOVED.value, _("the price moved")
    QUOTE_STALE = RejectCode.QUOTE_STALE.value, _("no fresh quote")


class Side(models.TextChoices):
    BUY = "buy", _("buy")
    SELL = "sell", _("sell")


class VenueOrder(models.Model):
    """How the venue answered one order. Written once, with the answer, and never changed.

    The primary key is trading's order id, so that of two answers only one can be booked. An order
    that was canceled before it arrived is known by its id alone.

    Attributes:
        execution_seq: rising in the order of the answers of one instrument, whose row is locked meanwhile.
        fill_id, price: of an executed order.
        refuse_code, refuse_limit, refuse_value: of a refused one, as in the event.
        answered_at: when, by the database's clock.
    """

    order_id = models.UUIDField(_("order"), primary_key=True, editable=False)
    instrument = models.ForeignKey(
        "instruments.Instrument", models.PROTECT, null=True, related_name="+", db_index=False
    )
    execution_seq = models.BigIntegerField(
        _("execution sequence"),
        editable=False,
        db_default=Func(Value("venue_execution_seq"), function="nextval"),
    )
    side = models.CharField(_("side"), max_length=4, choices=Side, default="")
    quantity = models.BigIntegerField(_("quantity"), null=True)
    cap_price = models.DecimalField(_("cap price"), max_digits=20, decimal_places=PRICE_DIGITS, null=True)
    state = models.CharField(_("state"), max_length=10, choices=VenueOrderState)
    fill_id = models.UUIDField(_("fill"), null=True, unique=True)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=PRICE_DIGITS, null=True)
    refuse_code = models.CharField(_("refuse code"), max_length=32, choices=RefuseCode, default="")
    refuse_limit = models.CharField(_("limit"), max_length=40, default="")
    refuse_value = models.CharField(_("value"), max_length=40, default="")
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    answered_at = models.DateTimeField(_("answered at"))

    class Meta:
        verbose_name = _("venue order")
        verbose_name_plural = _("venue orders")
        indexes = (
            # What was sold of an instrument since an execution: see selectors.quantities.
            models.Index(
                name="venue_order_sold",
                fields=("instrument", "execution_seq"),
                include=("side", "quantity"),
                condition=Q(state="executed"),
            ),
        )
        # A comparison with NULL is not a violation to PostgreSQL: what must be there is said apart.
        constraints = (
            models.CheckConstraint(
                name="venue_order_executed_whole",
                condition=~Q(state="executed")
                | Q(
                    instrument__isnull=False,
                    side__in=Side.values,
                    fill_id__isnull=False,
                    cap_price__isnull=False,
                    price__isnull=False,
                    price__gt=0,
                    price__lt=PRICE_LIMIT,
                    quantity__isnull=False,
                    quantity__gte=1,
                    submitted_at__isnull=False,
                    refuse_code="",
                ),
            ),
            models.CheckConstraint(
                name="venue_order_within_cap",
                condition=~Q(state="executed")
                | Q(side="buy", price__lte=models.F("cap_price"))
                | Q(side="sell", price__gte=models.F("cap_price")),
            ),
            models.CheckConstraint(
                name="venue_order_refused_whole",
                condition=~Q(state="refused")
                | Q(
                    refuse_code__in=RefuseCode.values,
                    side__in=Side.values,
                    quantity__isnull=False,
                    quantity__gte=1,
                    fill_id__isnull=True,
                    price__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="venue_order_canceled_bare",
                condition=~Q(state="canceled") | Q(fill_id__isnull=True, price__isnull=True, refuse_code=""),
            ),
            models.CheckConstraint(
                name="venue_order_state_known", condition=Q(state__in=VenueOrderState.values)
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.get_state_display()}"


class Reconciliation(models.Model):
    """What was sold of an instrument up to an execution, so that it need not be counted again.

    Attributes:
        sold: units bought by customers less those sold back, in all executions up to ``execution_seq``.
        difference: available + sold - issued when it was last compared; 0 is right.
        changed_at: when one of these last changed.
    """

    instrument = models.OneToOneField(
        "instruments.Instrument", models.PROTECT, primary_key=True, related_name="+"
    )
    sold = models.BigIntegerField(_("sold"))
    execution_seq = models.BigIntegerField(_("execution sequence"))
    difference = models.BigIntegerField(_("difference"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.difference:+}"
