"""How values are written for people: money, prices, changes and times, by the active language.

Built into every template (settings.TEMPLATES). Values come as the API gives them: decimal strings,
RFC 3339 timestamps. A missing value is a dash, never a zero. What has only digits and signs of ours is
``SafeString``: a template need not look for what to escape in it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_decimal
from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from servicekit.home_currency import home_currency
from servicekit.money import EXPONENTS
from servicekit.numerals import Numerals
from web_frontend.date_texts import day_text, month_text, time_text, zone_text
from web_frontend.labels import label_texts
from web_frontend.page_locale import page_locale

register = template.Library()

_DECIMAL = re.compile(r"\d+\.\d+")
DASH = SafeString("—")
#: The least share in percent that is shown, and from where on one is written so.
_SHOWN, _LEAST_SHARE = Decimal("0.01"), Decimal("0.005")
PLUS, MINUS, NO_SIGN = SafeString("+"), SafeString("−"), SafeString("")

#: Pages whose addresses do not say below which page they stand.
UNDER = {"/statements": "/history", "/alerts": "/notifications", "/settings/notifications": "/notifications"}

#: How a gain, a loss and neither begin: the colour and the arrow.
CHANGES = {
    kind: format_html('<span class="{}"><span class="arrow" aria-hidden="true">{}</span>', kind, arrow)
    for kind, arrow in (("gain", "▲"), ("loss", "▼"), ("flat", "■"))
}


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _digits(number: Decimal, least: int) -> int:
    return max(least, -int(number.as_tuple().exponent))


def _numerals() -> Numerals:
    return page_locale().numerals


def _currency(number: Decimal, currency: str, digits: int) -> str:
    text = _numerals().currency(number, currency, digits).replace("-", MINUS)
    return SafeString(text) if currency in EXPONENTS else text


@register.filter
def money(value: Any, currency: str = "") -> str:
    """An amount or a price with its currency: ``$1,234.50``, ``1 234,50 $``.

    Keeps the digits that the value has, at least two.
    """
    number = _number(value)
    return DASH if number is None else _currency(number, currency or home_currency(), _digits(number, 2))


@register.filter
def round_money(value: Any, currency: str = "") -> str:
    """An amount without its cents: ``$1,000``, ``1 000 $``."""
    number = _number(value)
    return DASH if number is None else _currency(number, currency or home_currency(), 0)


@register.filter
def average(value: Any, currency: str = "") -> str:
    """An average price: two to four digits, whatever finer ones it has."""
    number = _number(value)
    if number is None:
        return DASH
    rounded = number.quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize()
    return _currency(rounded, currency or home_currency(), _digits(rounded, 2))


@register.filter
def signed_money(value: Any, currency: str = "") -> str:
    """An amount with its sign: ``+$12.50``, ``−$3.10``; zero has none."""
    number = _number(value)
    return DASH if number is None else _signed_money(number, currency or home_currency())


def _signed_money(number: Decimal, currency: str) -> str:
    return _sign(number) + _currency(abs(number), currency, _digits(number, 2))


def _sign(number: Decimal) -> SafeString:
    return PLUS if number > 0 else MINUS if number < 0 else NO_SIGN


def percent(number: Decimal, pattern: str = "#,##0.##") -> str:
    """A share in percent by locale: ``1.25%``, ``1,25 %``."""
    rules = _numerals()
    return format_decimal(number, format=pattern, locale=rules.locale) + rules.percent_sign


def _share(part: Decimal, amount: Decimal) -> SafeString:
    """A change in percent; one that is less than can be shown is not called none."""
    if amount and abs(part) < _LEAST_SHARE:
        rules = _numerals()
        return SafeString(f"&lt; {rules.decimal(_SHOWN, 2)}{rules.percent_sign}")
    return _signed_percent(part)


def _signed_percent(number: Decimal) -> SafeString:
    rules = _numerals()
    return SafeString(_sign(number) + rules.decimal(abs(number), 2) + rules.percent_sign)


@register.filter
def percentage(value: Any) -> str:
    """A share in percent, two digits and no sign: ``12.50%``, ``12,50 %``."""
    number = _number(value)
    rules = _numerals()
    return DASH if number is None else SafeString(rules.decimal(number, 2) + rules.percent_sign)


@register.filter
def whole(value: Any) -> str:
    """A count or quantity with grouped thousands."""
    number = _number(value)
    if number is None:
        return DASH
    is_whole = number == number.to_integral_value()
    written = _numerals().decimal(number) if is_whole else format_decimal(number, locale=_numerals().locale)
    return SafeString(written.replace("-", MINUS))


@register.filter
def decimal(value: Any) -> str:
    """A plain number by locale with all its digits, such as a price step."""
    number = _number(value)
    if number is None:
        return DASH
    return SafeString(_numerals().decimal(number, _digits(number, 0)))


@register.filter
def in_field(text: str) -> str:
    """A decimal string in a form's field, with the language's point; what is typed otherwise stays so."""
    return text.replace(".", _numerals().point) if _DECIMAL.fullmatch(text) else text


@register.simple_tag
def change(value: Any, share: Any = None, currency: str = "") -> SafeString:
    """A gain or loss: sign, arrow and colour, said in words for who cannot see the arrow."""
    number = _number(value)
    if number is None:
        return format_html('<span class="flat">{}</span>', DASH)
    kind = "gain" if number > 0 else "loss" if number < 0 else "flat"
    amount = conditional_escape(_signed_money(number, currency or home_currency()))
    part = None if share is None else _number(share)
    shown = "" if part is None else f' <span class="share">{_share(part, number)}</span>'
    return SafeString(f"{CHANGES[kind]}{amount}{shown}</span>")


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and timezone.is_aware(value) else None


@register.simple_tag
def at(value: Any, shape: str = "smart") -> SafeString:
    """A ``<time>``: ``14:32:05`` today, with its date otherwise; the zone in its title.

    Args:
        shape: ``smart``, or ``lines``: the day, and below it the time.
    """
    known = _moment(value)
    if known is None:
        return DASH
    page = page_locale()
    moment = known.astimezone(page.zone)
    clock, day = time_text(moment), day_text(moment.date(), page.language)
    if shape == "lines":  # with both, static/web/zone.js writes a time anew
        text = f'{day.short}<span class="sub">{clock}</span>'
    else:
        text = clock if moment.date() == page.today else f"{day.short}, {clock}"
    title = f"{day.long}, {clock} {zone_text(moment, page.language)}"
    return SafeString(f'<time datetime="{moment.isoformat()}" title="{title}">{text}</time>')


@register.simple_tag
def day(value: Any) -> SafeString:
    """A ``<time>`` of a date such as ``2026-11-28``, which is no moment and has no zone."""
    try:
        known = date.fromisoformat(str(value))
    except ValueError:
        return DASH
    text = day_text(known, page_locale().language)
    return SafeString(f'<time datetime="{known.isoformat()}" title="{text.long}">{text.short}</time>')


@register.simple_tag
def month(value: str) -> SafeString:
    """A ``<time>`` of a month such as ``2013-03``, or that a moment such as ``2013-03-01T00:00:00Z`` begins:
    ``March 2013``."""
    text = month_text(date.fromisoformat(f"{value[:7]}-01"), page_locale().language)
    return SafeString(f'<time datetime="{value[:7]}">{text}</time>')


@register.simple_tag
def candle_cells(row: dict[str, Any], currency: str) -> SafeString:
    """The cells of a candle, as ``money`` and ``whole`` write them; a phone shows three of them."""
    cells = (("open", " wide"), ("high", ""), ("low", ""), ("close", ""))
    prices = "".join(f'<td class="num{wide}">{money(row[name], currency)}</td>' for name, wide in cells)
    return SafeString(f'{prices}<td class="num wide">{whole(row["volume"])}</td>')


@register.simple_tag
def zone() -> str:
    """The time zone that times are shown in, by its name: ``Europe/Moscow``.

    No offset: a list has rows of summer and of winter, which many zones have different ones in.
    """
    return zone_key().replace("_", " ")


@register.simple_tag
def zone_key() -> str:
    """The same as browsers know it: ``America/New_York``."""
    return str(page_locale().zone)


@register.filter
def label(value: Any, kind: str) -> str:
    """The word for a value of an enumeration: ``{{ order.status|label:"status" }}``."""
    return label_texts(kind, page_locale().language).get(str(value)) or str(value)


@register.filter
def unread_words(count: int) -> str:
    """``3 unread``, in words that fit the number."""
    return ngettext("%(count)d unread", "%(count)d unread", count) % {"count": count}


@register.filter
def days_text(count: int) -> str:
    """``30 days``, in words that fit the number."""
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


@register.filter
def filters_text(count: int) -> str:
    """``2 filters``, in words that fit the number."""
    return ngettext("%(count)d filter", "%(count)d filters", count) % {"count": count}


@register.filter
def units(count: Any) -> str:
    """``1 unit``, ``12 units``."""
    number = _number(count)
    if number is None:
        return DASH
    return ngettext("%(count)s unit", "%(count)s units", int(number)) % {"count": whole(number)}


@register.simple_tag
def order_title(order: dict[str, Any]) -> str:
    """``Buy 10 AAPL``."""
    sentence = (
        _("Buy %(quantity)s %(ticker)s") if order["side"] == "buy" else _("Sell %(quantity)s %(ticker)s")
    )
    return sentence % {"quantity": whole(order["quantity"]), "ticker": order["ticker"]}


@register.simple_tag(takes_context=True)
def here(context: template.Context, address: str) -> SafeString:
    """``aria-current`` for a tab whose page, or a page below it, is being looked at: ``path`` is."""
    path = context["path"]
    below = UNDER.get(path) == address or (address != "/" and path.startswith(f"{address}/"))
    if path == address or below or (address == "/" and path.startswith("/instruments")):
        return format_html(' aria-current="{}"', "page" if path == address else "true")
    return format_html("{}", "")
