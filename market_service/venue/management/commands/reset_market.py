"""``manage reset_market``: no orders, everything on offer, and the market before its first day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F

from market_service.candles.services import in_new_units
from market_service.clock.selectors import clock_now
from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from market_service.instruments.models import HaltReason, Instrument, InstrumentStatus
from market_service.instruments.services.instrument_edit import instruments_announce
from market_service.quotes.models import Quote
from market_service.quotes.services import quotes_begin_again
from market_service.quotes.services.quote_split import splits_reach_back
from market_service.venue.models import Trade
from servicekit.market_reset import ResetMarketCommand
from servicekit.portions import portions_of

#: Instruments announced at once.
PORTION = 1_000


class Command(ResetMarketCommand):
    emptied = (
        "candles_candle", "candles_recentminute", "clock_marketclock",
        "venue_reconciliation", "venue_restingorder", "venue_trade", "venue_venueorder",
    )  # fmt: skip
    changed = (
        "corporate_actions_corporateaction", "instruments_instrument", "quotes_dailyprice",
        "quotes_pricesplit", "quotes_quote",
    )  # fmt: skip
    kept = ("quotes_importedfile", "quotes_quotefeed", "search_searchentry", "search_searchletter",
            "search_searchword")  # fmt: skip

    def counts(self) -> dict[str, Any]:
        return {"day": clock_now().day, "trades": Trade.objects.count()}

    def _actions_end(self) -> None:
        """What was paid or carried out is history: shown, and nobody's. A split that was begun, and has
        changed nothing yet, begins again; one that was carried out has changed the units of first prices.
        """
        splits = CorporateAction.objects.filter(type=ActionType.SPLIT)
        for split in splits.filter(state=ActionState.COMPLETED):
            ratio: dict[str, Any] = {"old_units": split.old_units, "new_units": split.new_units}
            first = {name: in_new_units(name, **ratio) for name in ("first_price", "first_close")}
            Quote.objects.filter(instrument_id=split.instrument_id).update(**first)
        begun = splits.filter(state=ActionState.STARTED)
        for status, reason, reopens in (
            (InstrumentStatus.OPEN, HaltReason.NONE, True),
            (InstrumentStatus.HALTED, HaltReason.OPERATOR, False),
        ):
            halted = Instrument.objects.filter(pk__in=begun.filter(reopens=reopens).values("instrument"))
            halted.update(status=status, halt_reason=reason)
        begun.update(state=ActionState.ANNOUNCED, recorded_at=None, units=None, number=None, price=None)
        CorporateAction.objects.filter(state__in=(ActionState.STARTED, ActionState.COMPLETED)).update(
            state=ActionState.HISTORY,
            recorded_at=None,
            units=None,
            holders=None,
            amount=None,
            completed_at=None,
        )

    def change(self) -> None:
        self._actions_end()
        splits_reach_back(day=date.min)
        quotes_begin_again()
        Instrument.objects.update(available_quantity=F("issued_quantity"), version=F("version") + 1)
        quoted = Instrument.objects.filter(quote__isnull=False).order_by("id")
        for ids in portions_of(list(quoted.values_list("id", flat=True)), PORTION):
            instruments_announce(Instrument.objects.filter(id__in=ids).select_related("quote").order_by("id"))
