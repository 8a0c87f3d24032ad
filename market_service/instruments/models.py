"""Instruments, and how many units of each the house can still sell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from market_service.instruments.isin import ISIN_PATTERN, isin_validate
from market_service.instruments.limits import LONGEST_NAME, MAX_ISSUED, MAX_LOT_SIZE
from market_service.instruments.ticker import TICKER_PATTERN
from servicekit.contracts.values import PRICE_DIGITS
from servicekit.home_currency import home_currency
from servicekit.ids import new_id

if TYPE_CHECKING:
    from market_service.quotes.models import Quote


class InstrumentType(models.TextChoices):
    SHARE = "share", _("share")
    BOND = "bond", _("bond")
    FUND = "fund", _("fund")
    CURRENCY = "currency", _("currency")
    FUTURE = "future", _("future")


class InstrumentStatus(models.TextChoices):
    OPEN = "open", _("open")
    HALTED = "halted", _("halted")


class HaltReason(models.TextChoices):
    NONE = "", "–"
    OPERATOR = "operator", _("by an operator")
    SPLIT = "split", _("while its units are split")
    QUANTITIES = "quantities", _("what is on offer and what was sold do not add up to what was issued")


class Instrument(models.Model):
    """One listed instrument. Its latest quote is ``instrument.quote`` (the quotes app's).

    Attributes:
        price_step: the smallest difference of two prices, in ``currency``; prices are shown with as
            many digits as it has.
        issued_quantity: units offered in all.
        available_quantity: units not yet sold to customers; only executions change it.
        halt_reason: why trading is halted, for operators.
        house: whether the exchange itself sells and buys it, around the quote.
        half_spread: by how much the house's ask is above the quote and its bid below, in ``currency``; None:
            it goes by the price (``venue.matching.house``).
        simulated: not a real instrument.
        unstated: names of fields that nobody has said yet, so that they were guessed or have a default; a
            list that does say them sets them.
        splits: how many splits of its units were carried out; an order that knows of fewer is refused.
        version: counts the published changes; the sequence of its events. Executions do not count.
        catalogue_digest: of the catalogue entry that was last applied, so that loading an unchanged
            catalogue again leaves an operator's edits alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticker = models.CharField(_("ticker"), max_length=12, unique=True)
    isin = models.CharField("ISIN", max_length=12, blank=True, default="", validators=[isin_validate])
    type = models.CharField(_("type"), max_length=10, choices=InstrumentType)
    name_en = models.CharField(_("name in English"), max_length=LONGEST_NAME)
    name_ru = models.CharField(_("name in Russian"), max_length=LONGEST_NAME)
    description_en = models.TextField(_("description in English"), max_length=2000, blank=True)
    description_ru = models.TextField(_("description in Russian"), max_length=2000, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default=home_currency)
    lot_size = models.PositiveIntegerField(_("lot size"), default=1)
    price_step = models.DecimalField(_("price step"), max_digits=12, decimal_places=PRICE_DIGITS)
    issued_quantity = models.BigIntegerField(_("issued quantity"))
    available_quantity = models.BigIntegerField(_("available quantity"))
    status = models.CharField(
        _("status"), max_length=10, choices=InstrumentStatus, default=InstrumentStatus.OPEN
    )
    halt_reason = models.CharField(
        _("reason of the halt"), max_length=20, choices=HaltReason, blank=True, default="", db_default=""
    )
    house = models.BooleanField(_("the house trades"), default=True, db_default=True)
    half_spread = models.DecimalField(
        _("half spread"), max_digits=18, decimal_places=PRICE_DIGITS, null=True, blank=True, default=None
    )
    simulated = models.BooleanField(_("simulated"), default=False)
    unstated = models.JSONField(default=list, db_default=[], editable=False)
    splits = models.PositiveIntegerField(_("splits carried out"), default=0, db_default=0)
    version = models.PositiveIntegerField(_("version"), default=1)
    catalogue_digest = models.CharField(max_length=64, default="", editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    quote: Quote

    class Meta:
        ordering = ("ticker",)
        indexes = (
            models.Index(fields=("name_en",), name="instrument_name_en"),
            models.Index(fields=("name_ru",), name="instrument_name_ru"),
        )
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints = (
            models.CheckConstraint(name="instrument_ticker_form", condition=Q(ticker__regex=TICKER_PATTERN)),
            models.CheckConstraint(
                name="instrument_isin_form", condition=Q(isin="") | Q(isin__regex=ISIN_PATTERN)
            ),
            models.UniqueConstraint(name="instrument_isin_once", fields=("isin",), condition=~Q(isin="")),
            models.CheckConstraint(name="instrument_type_known", condition=Q(type__in=InstrumentType.values)),
            models.CheckConstraint(
                name="instrument_status_known", condition=Q(status__in=InstrumentStatus.values)
            ),
            models.CheckConstraint(
                name="instrument_halt_reason_known",
                condition=Q(halt_reason="") | Q(status="halted", halt_reason__in=HaltReason.values),
            ),
            models.CheckConstraint(
                name="instrument_currency_form", condition=Q(currency__regex=r"^[A-Z]{3}$")
            ),
            models.CheckConstraint(
                name="instrument_lot_size_range", condition=Q(lot_size__gte=1, lot_size__lte=MAX_LOT_SIZE)
            ),
            # NaN sorts above every number in PostgreSQL: the upper bound refuses it.
            models.CheckConstraint(
                name="instrument_price_step_range", condition=Q(price_step__gt=0, price_step__lte=1000)
            ),
            models.CheckConstraint(
                name="instrument_half_spread_range", condition=Q(half_spread__gte=0, half_spread__lte=10**9)
            ),
            models.CheckConstraint(
                name="instrument_issued_range",
                condition=Q(issued_quantity__gte=1, issued_quantity__lte=MAX_ISSUED),
            ),
            models.CheckConstraint(
                name="instrument_available_range",
                condition=Q(available_quantity__gte=0, available_quantity__lte=F("issued_quantity")),
            ),
        )

    def __str__(self) -> str:
        return self.ticker

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_ru if get_language() == "ru" else self.name_en

    @property
    def description(self) -> str:
        """The description in the active language."""
        return self.description_ru if get_language() == "ru" else self.description_en
