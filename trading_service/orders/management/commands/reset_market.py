"""``manage reset_market``: no orders, no positions; instruments stay as market_service described them."""

from __future__ import annotations

from typing import Any

from servicekit.market_reset import ResetMarketCommand
from trading_service.orders.models import Fill, Order
from trading_service.reference.models import ListedInstrument


class Command(ResetMarketCommand):
    emptied = (
        "alerts_alertbook", "alerts_pricealert",
        "dividends_dividend", "dividends_dividendallocation",
        "orders_dailyorders", "orders_fill", "orders_order", "orders_orderdeadline",
        "orders_orderreplacement", "orders_ordertransition",
        "positions_dailyflow", "positions_dayopening", "positions_lot", "positions_position",
        "splits_split", "splits_splitshare",
        "reference_dailyclose", "reference_latestquote", "reference_marketday", "reference_quotefeed",
    )  # fmt: skip
    changed = ("reference_listedinstrument",)
    kept = ("watchlist_watchedinstrument", "watchlist_watchlist")

    def counts(self) -> dict[str, Any]:
        return {"orders": Order.objects.count(), "fills": Fill.objects.count()}

    def change(self) -> None:
        ListedInstrument.objects.update(splits_recorded=0)  # no split is under way any more
