"""Parses the cells of a list of instruments, field by field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from market_service.imports.errors import BadRow, shown
from market_service.imports.number_format import NumberFormat
from market_service.instruments.isin import isin_validate
from market_service.instruments.limits import MAX_ISSUED, MAX_LOT_SIZE

_TYPES = {
    "share": "share", "stock": "share", "equity": "share", "common stock": "share", "акция": "share",
    "bond": "bond", "облигация": "bond", "fund": "fund", "etf": "fund", "фонд": "fund", "пиф": "fund",
    "currency": "currency", "валюта": "currency",
    "future": "future", "futures": "future", "фьючерс": "future",
}  # fmt: skip


def _isin(text: str, _numbers: NumberFormat) -> dict[str, Any]:
    try:
        isin_validate(text.upper())
    except ValidationError as error:
        raise BadRow(_("isin"), f"isin {shown(text)}: {' '.join(error.messages)}") from None
    return {"isin": text.upper()}


def _type(text: str, _numbers: NumberFormat) -> dict[str, Any]:
    if known := _TYPES.get(text.casefold()):
        return {"type": known}
    raise BadRow(_("type"), _("the type %(text)s must be one of %(known)s") % {
        "text": shown(text), "known": "share, bond, fund, currency, future"})  # fmt: skip


def _whole(name: str, most: int) -> Any:
    def read(text: str, numbers: NumberFormat) -> dict[str, Any]:
        value = numbers.volume(name, text)
        if not 1 <= value <= most:
            reason = _("%(name)s must be from 1 to %(most)s, not %(text)s") % {
                "name": name, "most": f"{most:,}", "text": text}  # fmt: skip
            raise BadRow(name, reason)
        return {name: value}

    return read


def _price_step(text: str, numbers: NumberFormat) -> dict[str, Any]:
    step = (
        NumberFormat(".").price("price_step", text)
        if numbers.point == "."
        else numbers.price("price_step", text)
    )
    if step > 1000:
        raise BadRow("price_step", _("price_step must be from 0.000001 to 1,000, not %s") % text)
    return {"price_step": step.normalize()}


def _fund(text: str, _numbers: NumberFormat) -> dict[str, Any]:
    return {"type": "fund" if text.upper() == "Y" else "share"}


def _text(name: str) -> Any:
    return lambda text, _numbers: {name: text}


#: Name of a column's meaning → what reads its cells.
FIELDS: dict[str, Any] = {
    "isin": _isin,
    "type": _type,
    "fund": _fund,
    "lot_size": _whole("lot_size", MAX_LOT_SIZE),
    "issued_quantity": _whole("issued_quantity", MAX_ISSUED),
    "price_step": _price_step,
    "name_en": _text("name_en"),
    "name_ru": _text("name_ru"),
    "description_en": _text("description_en"),
    "description_ru": _text("description_ru"),
}
