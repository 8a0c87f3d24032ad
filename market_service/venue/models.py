"""The venue's book, the orders that have ended, and the trades between them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from servicekit.contracts.reject_reasons import RejectCode
from servicekit.contracts.values import PRICE_DIGITS, PRICE_MAX_DIGITS


class VenueOrderState(models.TextChoices):
    EXECUTED = "executed", _("executed")
    CANCELED = "canceled", _("canceled")
    EXPIRED = "expired", _("expired")
    REFUSED = "refused", _("refused")


class EndReason(models.TextChoices):
    """Why the venue refused or canceled an order; "" when its customer canceled it, or it expired."""

    CORPORATE_ACTION = RejectCode.CORPORATE_ACTION.value, _("the units changed")
    INSUFFICIENT_QUANTITY = RejectCode.INSUFFICIENT_QUANTITY.value, _("not enough on offer")
    INSTRUMENT_HALTED = RejectCode.INSTRUMENT_HALTED.value, _("trading is halted")
    OPERATOR = RejectCode.OPERATOR.value, _("canceled by an operator")
    PRICE_MOVED = RejectCode.PRICE_MOVED.value, _("the price moved")
    QUOTE_STALE = RejectCode.QUOTE_STALE.value, _("no fresh quote")
    SELF_TRADE = RejectCode.SELF_TRADE.value, _("it met its customer's own order")
    UNFILLABLE = RejectCode.UNFILLABLE.value, _("it could not be filled whole")
    UNFILLED = RejectCode.UNFILLED.value, _("nothing more was on offer within its bound")


class Side(models.TextChoices):
    BUY = "buy", _("buy")
    SELL = "sell", _("sell")


class SideNumber(models.IntegerChoices):
    """A side as the book sorts by it."""

    BUY = 0, _("buy")
    SELL = 1, _("sell")


#: A side as the book sorts by it → as it is called.
SIDES = {SideNumber.BUY.value: Side.BUY.value, SideNumber.SELL.value: Side.SELL.value}


class RestingOrder(models.Model):
    """An order that waits in the book: the only table of the venue whose rows change and are deleted.

    The unique constraint is the priority: the best rank first, then the earliest arrival. ``remaining`` and
    ``version`` stand in no index, so that a partial fill writes no index entry.

    Attributes:
        order_id: trading's.
        rank: the price in millionths of the currency, negative for a buy.
        arrival_seq: rising in the order of arrival.
        version: how many events told of it.
        expires_at: a sweep ends it after that, by the database's clock.
    """

    order_id = models.UUIDField(_("order"), primary_key=True, editable=False)
    instrument = models.ForeignKey("instruments.Instrument", models.PROTECT, related_name="+", db_index=False)
    side = models.SmallIntegerField(_("side"), choices=SideNumber)
    rank = models.BigIntegerField(_("rank"))
    arrival_seq = models.BigIntegerField(
        _("arrival"), editable=False, db_default=Func(Value("venue_arrival_seq"), function="nextval")
    )
    user_id = models.UUIDField(_("customer"))
    type = models.CharField(_("type"), max_length=10)
    time_in_force = models.CharField(_("time in force"), max_length=3)
    quantity = models.BigIntegerField(_("quantity"))
    remaining = models.BigIntegerField(_("remaining"))
    version = models.IntegerField(_("version"))
    submitted_at = models.DateTimeField(_("submitted at"))
    rested_at = models.DateTimeField(_("rests since"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("resting order")
        verbose_name_plural = _("resting orders")
        indexes = (models.Index(name="venue_resting_expires", fields=("expires_at",)),)
        constraints = (
            models.UniqueConstraint(
                name="venue_resting_priority", fields=("instrument", "side", "rank", "arrival_seq")
            ),
            models.CheckConstraint(
                name="venue_resting_remaining", condition=Q(remaining__gt=0, remaining__lte=F("quantity"))
            ),
            models.CheckConstraint(
                name="venue_resting_rank_sign",
                condition=Q(side=SideNumber.BUY, rank__lt=0, rank__gt=-(10**18))
                | Q(side=SideNumber.SELL, rank__gt=0, rank__lt=10**18),
            ),
        )

    def __str__(self) -> str:
        return str(self.order_id)


class VenueOrder(models.Model):
    """How an order ended at the venue. Written once, when it ends; immutable.

    The primary key is trading's order id, so that an order ends once. One that was canceled before it
    arrived is known by its id alone.

    Attributes:
        cap_price: the bound of its price; of a limit order, its limit.
        executed: units of it that were executed.
        version: how many events told of it.
        reason: of a refused order, and of one whose rest was canceled by the venue itself.
        reason_limit, reason_value: of a refused one, as in the event.
        detail: an operator's words for the customer, with the reason ``operator``.
        ended_at: when, by the database's clock.
    """

    order_id = models.UUIDField(_("order"), primary_key=True, editable=False)
    instrument = models.ForeignKey(
        "instruments.Instrument", models.PROTECT, null=True, related_name="+", db_index=False
    )
    user_id = models.UUIDField(_("customer"), null=True)
    side = models.CharField(_("side"), max_length=4, choices=Side, default="")
    type = models.CharField(_("type"), max_length=10, default="")
    time_in_force = models.CharField(_("time in force"), max_length=3, default="")
    quantity = models.BigIntegerField(_("quantity"), null=True)
    executed = models.BigIntegerField(_("executed units"), default=0)
    cap_price = models.DecimalField(
        _("cap price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS, null=True
    )
    state = models.CharField(_("state"), max_length=10, choices=VenueOrderState)
    reason = models.CharField(_("reason"), max_length=32, choices=EndReason, default="")
    reason_limit = models.CharField(_("limit"), max_length=40, default="")
    reason_value = models.CharField(_("value"), max_length=40, default="")
    detail = models.CharField(_("words for the customer"), max_length=200, default="", db_default="")
    version = models.IntegerField(_("version"), default=1)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    ended_at = models.DateTimeField(_("ended at"))

    class Meta:
        verbose_name = _("venue order")
        verbose_name_plural = _("venue orders")
        # A comparison with NULL is not a violation to PostgreSQL: what must be there is said apart.
        constraints = (
            models.CheckConstraint(
                name="venue_order_executed_range",
                condition=Q(executed__gte=0)
                & (Q(quantity__isnull=True, executed=0) | Q(executed__lte=F("quantity"), quantity__gte=1)),
            ),
            models.CheckConstraint(
                name="venue_order_executed_whole",
                condition=Q(
                    state="executed",
                    executed=F("quantity"),
                    quantity__isnull=False,
                    instrument__isnull=False,
                    side__in=Side.values,
                    cap_price__isnull=False,
                    submitted_at__isnull=False,
                    reason="",
                )
                | (~Q(state="executed") & (Q(quantity__isnull=True) | Q(executed__lt=F("quantity")))),
            ),
            models.CheckConstraint(
                name="venue_order_refused_whole",
                condition=~Q(state="refused")
                | (Q(side__in=Side.values, quantity__isnull=False, executed=0) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="venue_order_bare_is_canceled",
                condition=Q(quantity__isnull=False) | Q(state="canceled", reason=""),
            ),
            models.CheckConstraint(
                name="venue_order_reason_known", condition=Q(reason="") | Q(reason__in=EndReason.values)
            ),
            models.CheckConstraint(
                name="venue_order_state_known", condition=Q(state__in=VenueOrderState.values)
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.get_state_display()}"


class Trade(models.Model):
    """An execution between two sides. Immutable.

    Each side of a customer names the order, and its own execution, whose id the order's fill is booked
    under; a side without is the house.

    Attributes:
        instrument: written under its row's lock, which spares the database the look-up for each trade.
        trade_seq: rising in the order of the trades of one instrument, whose row is locked meanwhile.
        taker_side: the side that came to what stood there.
    """

    trade_seq = models.BigIntegerField(
        _("number"), primary_key=True, editable=False,
        db_default=Func(Value("venue_trade_seq"), function="nextval"),
    )  # fmt: skip
    id = models.UUIDField(_("trade"), editable=False)
    instrument = models.ForeignKey(
        "instruments.Instrument", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    quantity = models.BigIntegerField(_("quantity"))
    price = models.DecimalField(_("price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)
    taker_side = models.SmallIntegerField(_("taker's side"), choices=SideNumber)
    buy_order_id = models.UUIDField(_("buy order"), null=True)
    buy_execution_id = models.UUIDField(_("execution of the buy"), null=True)
    sell_order_id = models.UUIDField(_("sell order"), null=True)
    sell_execution_id = models.UUIDField(_("execution of the sell"), null=True)
    executed_at = models.DateTimeField(_("executed at"))

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        indexes = (
            # What was traded of an instrument since a number: see selectors.quantities.
            models.Index(
                name="venue_trade_instrument",
                fields=("instrument", "trade_seq"),
                include=("quantity", "price"),
            ),
            models.Index(
                name="venue_trade_buy", fields=("buy_order_id",), condition=Q(buy_order_id__isnull=False)
            ),
            models.Index(
                name="venue_trade_sell", fields=("sell_order_id",), condition=Q(sell_order_id__isnull=False)
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="venue_trade_amounts",
                condition=Q(quantity__gt=0, price__gt=0, price__lt=10**12, taker_side__in=SideNumber.values),
            ),
            models.CheckConstraint(
                name="venue_trade_sides",
                condition=(
                    Q(buy_order_id__isnull=True, buy_execution_id__isnull=True)
                    | Q(buy_order_id__isnull=False, buy_execution_id__isnull=False)
                )
                & (
                    Q(sell_order_id__isnull=True, sell_execution_id__isnull=True)
                    | Q(sell_order_id__isnull=False, sell_execution_id__isnull=False)
                )
                & (
                    Q(buy_order_id__isnull=False, sell_order_id__isnull=True)
                    | Q(buy_order_id__isnull=True, sell_order_id__isnull=False)
                    | (
                        Q(buy_order_id__isnull=False, sell_order_id__isnull=False)
                        & ~Q(buy_order_id=F("sell_order_id"))
                    )
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.trade_seq}: {self.quantity} @ {self.price.normalize():f}"


class Reconciliation(models.Model):
    """How many units the house sold up to a trade, so that earlier trades need not be counted again.

    Attributes:
        sold: units that the house sold less those it bought back, in all trades up to ``trade_seq``.
        difference: available + sold - issued when it was last compared; 0 is right.
        changed_at: when one of these last changed.
    """

    instrument = models.OneToOneField(
        "instruments.Instrument", models.PROTECT, primary_key=True, related_name="+"
    )
    sold = models.BigIntegerField(_("sold"))
    trade_seq = models.BigIntegerField(_("number of the trade"))
    difference = models.BigIntegerField(_("difference"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.difference:+}"
