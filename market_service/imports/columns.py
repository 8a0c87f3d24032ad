"""What the columns of a table mean, by their names in the languages and spellings that sources use."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Meaning → the names of a column of a table of prices, best first.
PRICES: dict[str, tuple[str, ...]] = {
    "day": (
        "tradedate", "date", "date1", "data", "дата", "day", "datetime", "timestamp", "utc", "begin",
        "startepochtime", "epoch", "time", "t",
    ),
    "time": ("time", "tradetime", "время"),
    "open": ("open", "openprice", "propen", "otwarcie", "открытие", "откр", "o"),
    "high": ("high", "highprice", "prhigh", "najwyzszy", "максимум", "макс", "h"),
    "low": ("low", "lowprice", "prlow", "najnizszy", "минимум", "мин", "l"),
    "close": (
        "close", "closeprice", "prclose", "closelast", "zamkniecie", "закрытие", "price", "цена", "last", "c",
    ),
    "volume": (
        "volume", "vol", "wolumen", "объем", "tottrdqty", "ttltrdqnty", "totaltradedquantity", "v",
    ),
    "adj_close": ("adjclose", "adjustedclose"),
    "tick_volume": ("tickvol",),
    "ticker": ("ticker", "symbol", "secid", "тикер", "figi", "instrumentid", "uid", "name"),
    "period": ("per",),
    "board": ("boardid", "board"),
    "series": ("series",),
    "dividend": ("dividends", "dividendamount", "exdividend"),
    "split": ("stocksplits", "splitcoefficient", "splitratio"),
}  # fmt: skip

#: The same of a list of instruments.
INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "ticker": ("ticker", "symbol", "secid", "тикер", "code", "actsymbol"),
    "name": ("name", "securityname", "companyname", "название", "имя"),
    "name_ru": ("nameru", "secname", "shortname"),
    "name_en": ("nameen", "latname"),
    "description_en": ("descriptionen", "description"),
    "description_ru": ("descriptionru", "описание"),
    "isin": ("isin",),
    "type": ("type", "тип"),
    "lot_size": ("lotsize", "lot", "лот"),
    "price_step": ("pricestep", "minstep", "ticksize", "шаг"),
    "decimals": ("decimals",),
    "issued_quantity": ("issuedquantity", "issuesize", "sharesoutstanding"),
    "price": ("price", "prevprice", "lastsale", "close", "цена"),
    "currency": ("currency", "currencyid", "faceunit"),
    "status": ("status",),
    "test": ("testissue",),
    "fund": ("etf",),
    "board": ("boardid", "board"),
}  # fmt: skip

NEEDED = ("day", "open", "high", "low", "close")


def plain(name: str) -> str:
    """A column's name without case, signs, spaces and a number in front: ``1. open``, ``<OPEN>``."""
    bare = re.sub(r"^\s*[0-9]+\.\s*", "", name.casefold().replace("ё", "е"))
    return re.sub(r"[\W_]+", "", bare)


def meanings(header: Sequence[str], known: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Meaning → the place of its column; a column has one meaning, the best name of a meaning counts."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(plain(name), place)
    found: dict[str, int] = {}
    for meaning, names in known.items():
        for name in names:
            if name in places and places[name] not in found.values():
                found[meaning] = places[name]
                break
    return found
