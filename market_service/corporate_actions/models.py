"""Corporate actions: what an issuer does to all units of an instrument at once."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from market_service.instruments.models import Instrument
from servicekit.contracts.values import PRICE_DIGITS, PRICE_MAX_DIGITS
from servicekit.ids import new_id

#: The most units of one side of a split's ratio.
MAX_RATIO = 1_000_000


class ActionType(models.TextChoices):
    DIVIDEND = "dividend", _("dividend")
    SPLIT = "split", _("split")


class ActionState(models.TextChoices):
    ANNOUNCED = "announced", _("announced")
    STARTED = "started", _("being carried out")
    COMPLETED = "completed", _("completed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    #: Before the market's time, or entered after its day: it is shown, and nobody is paid.
    HISTORY = "history", _("history")


class CorporateAction(models.Model):
    """A dividend or a split of one instrument.

    Attributes:
        day: on which it is carried out, in UTC; None: when an operator does.
        per_unit: of a dividend, in ``currency``; six digits.
        old_units, new_units: of a split, so many new units for so many old ones.
        reason: the words of its announcement, for customers.
        recorded_at: the moment at which it is counted who holds how many units.
        units: what customers held then, as the venue counts it.
        holders, amount: how many were paid, or of a split had positions, and what was paid in all, in minor
            units; as trading_service says.
        number: of a split, the instrument's first is 1; from its record on.
        reopens: whether trading, which a split halts, goes on after it.
        price: of a split, the price after it; from its record on.
        units_after: what customers hold after a split, as trading_service says.
        trade_seq: the last trade before a split.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instrument = models.ForeignKey(
        Instrument,
        on_delete=models.PROTECT,
        related_name="corporate_actions",
        verbose_name=_("instrument"),
        db_index=False,
    )
    type = models.CharField(_("type"), max_length=10, choices=ActionType)
    day = models.DateField(_("day"), null=True, blank=True)
    per_unit = models.DecimalField(
        _("dividend per unit"), max_digits=18, decimal_places=PRICE_DIGITS, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3)
    old_units = models.PositiveIntegerField(_("old units"), null=True, blank=True)
    new_units = models.PositiveIntegerField(_("new units for them"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ActionState, default=ActionState.ANNOUNCED)
    reason = models.CharField(_("announcement"), max_length=200, blank=True)
    announced_at = models.DateTimeField(_("announced at"), db_default=Now())
    recorded_at = models.DateTimeField(_("record moment"), null=True)
    units = models.BigIntegerField(_("units held by customers"), null=True)
    holders = models.BigIntegerField(_("holders paid"), null=True)
    amount = models.BigIntegerField(_("paid in all"), null=True)
    completed_at = models.DateTimeField(_("completed at"), null=True)
    number = models.PositiveIntegerField(_("number of the split"), null=True)
    reopens = models.BooleanField(_("trading goes on after it"), default=True, db_default=True)
    price = models.DecimalField(
        _("price after the split"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS, null=True
    )
    units_after = models.BigIntegerField(_("units of customers after the split"), null=True)
    trade_seq = models.BigIntegerField(_("last trade before it"), null=True)

    class Meta:
        ordering = ("-announced_at",)
        verbose_name = _("corporate action")
        verbose_name_plural = _("corporate actions")
        indexes = (
            models.Index(fields=["instrument", "-day"], name="action_of_instrument"),
            models.Index(fields=["day"], condition=Q(state="announced"), name="action_due"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["instrument", "type", "day"],
                condition=~Q(state="withdrawn"),
                name="action_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["instrument"], condition=Q(state="started"), name="action_one_at_a_time"
            ),
            models.CheckConstraint(
                name="action_says_what",
                condition=Q(
                    type="dividend", per_unit__gt=0, per_unit__lt=10**12, old_units=None, new_units=None
                )
                | Q(
                    type="split", per_unit=None, old_units__gte=1, old_units__lte=MAX_RATIO,
                    new_units__gte=1, new_units__lte=MAX_RATIO,
                )
                & ~Q(old_units=F("new_units")),
            ),
            models.UniqueConstraint(
                fields=["instrument", "number"], condition=Q(number__isnull=False), name="action_split_number"
            ),
            models.CheckConstraint(
                name="action_split_done",
                condition=~Q(type="split", state="completed")
                | Q(
                    number__gte=1, price__gt=0, units_after__gte=0, trade_seq__gte=0,
                    number__isnull=False, price__isnull=False, units_after__isnull=False,
                    trade_seq__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="action_state_fits",
                condition=Q(state__in=["announced", "withdrawn", "history"], recorded_at=None, units=None)
                | Q(state="started", recorded_at__isnull=False, units__gte=0, completed_at=None)
                | Q(
                    state="completed", recorded_at__isnull=False, units__gte=0, completed_at__isnull=False,
                    holders__gte=0, amount__gte=0,
                ),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.instrument.ticker} {self.day or ''}".strip()
