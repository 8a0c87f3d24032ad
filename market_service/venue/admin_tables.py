"""Tables on the admin's pages: the book of an instrument, the executions of an order."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from market_service.instruments.models import Instrument
from market_service.venue.models import SideNumber, Trade
from market_service.venue.selectors import Level, depth, order_trades
from servicekit.admin.columns import price_text, short

#: Prices of each side, and executions, on a page.
LEVELS, MAX_TRADES = 10, 100

_PLACE = "/admin/market/venue/{}/?{}"


def book_table(instrument: Instrument) -> str:
    """What stands at which price, bids on the left; below it the ways to all orders and trades."""
    found = depth(instrument_id=instrument.pk, levels=LEVELS)
    rows = [
        (*reversed(_cells(bid, instrument.currency)), *_cells(ask, instrument.currency))
        for bid, ask in zip_longest(found.bids, found.asks)
    ]
    heads = (_("orders"), _("quantity"), _("bid"), _("ask"), _("quantity"), _("orders"))
    links = format_html_join(
        " · ",
        '<a href="{}">{}</a>',
        (
            (_PLACE.format(name, urlencode({"q": instrument.ticker})), text)
            for name, text in (("restingorder", _("resting orders")), ("trade", _("trades")))
        ),
    )
    return format_html("{}<p>{}</p>", _table(heads, rows) if rows else _("Nothing is offered."), links)


def executions_table(order_id: UUID) -> str:
    """The latest :data:`MAX_TRADES` trades of an order, and who was on the other side."""
    trades = list(order_trades(order_id=order_id).select_related("instrument").reverse()[:MAX_TRADES])
    if not trades:
        return "–"
    heads = (_("trade"), _("quantity"), _("price"), _("role"), _("against"), _("time"))
    return _table(heads, [_execution(trade, order_id) for trade in trades])


def _execution(trade: Trade, order_id: UUID) -> tuple[Any, ...]:
    buys = trade.buy_order_id == order_id
    other = trade.sell_order_id if buys else trade.buy_order_id
    took = (trade.taker_side == SideNumber.BUY) == buys
    number = format_html('<a href="/admin/market/venue/trade/{0}/change/">{0}</a>', trade.trade_seq)
    against = (
        format_html('<a href="/admin/trading/orders/order/{}/change/">{}</a>', other, short(other))
        if other
        else _("the house")
    )
    return (
        number, number_format(trade.quantity, force_grouping=True),
        price_text(trade.price, trade.instrument.currency), _("taker") if took else _("maker"), against,
        date_format(localtime(trade.executed_at), "DATETIME_FORMAT"),
    )  # fmt: skip


def _cells(level: Level | None, currency: str) -> tuple[str, str, str]:
    """Price, quantity, orders."""
    if level is None:
        return "", "", ""
    return (
        price_text(level.price, currency),
        number_format(level.quantity, force_grouping=True),
        number_format(level.orders, force_grouping=True),
    )


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> SafeString:
    return format_html(
        '<table class="figures"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        format_html_join("", "<th>{}</th>", ((head,) for head in heads)),
        format_html_join(
            "",
            "<tr>{}</tr>",
            ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows),
        ),
    )
