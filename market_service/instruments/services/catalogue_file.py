"""Reads the catalogue file and checks it field by field."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from market_service.file_errors import FileError, FileErrors
from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.limits import MAX_ISSUED, MAX_LOT_SIZE
from market_service.instruments.models import Instrument
from market_service.instruments.ticker import TICKER_PATTERN
from servicekit.contracts.values import PRICE_LIMIT


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """One instrument of the file.

    ``price`` and ``previous_close``, decimal strings, start its quote; without them the last daily
    closes do.
    """

    ticker: str
    isin: str
    type: str
    name_en: str
    name_ru: str
    description_en: str
    description_ru: str
    lot_size: int
    price_step: Decimal
    issued_quantity: int
    simulated: bool
    price: Decimal | None = None
    previous_close: Decimal | None = None

    @property
    def digest(self) -> str:
        """Tells whether the entry has changed since it was last applied."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()

    @property
    def values(self) -> dict[str, Any]:
        """The fields that are the instrument's own."""
        values = asdict(self)
        del values["price"], values["previous_close"]
        return values


_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_TYPES: dict[str, type] = {"lot_size": int, "issued_quantity": int, "simulated": bool}
_DECIMALS = {"price_step", "price", "previous_close"}
_NAMES = {field.name for field in fields(CatalogueEntry)}
_PRICES = {"price", "previous_close"}

#: What the database's constraints say of the numbers: the least and the most.
_RANGES: dict[str, tuple[int | Decimal, int | Decimal]] = {
    "lot_size": (1, MAX_LOT_SIZE),
    "price_step": (Decimal("0.000001"), Decimal(1000)),
    "issued_quantity": (1, MAX_ISSUED),
}


class _EntryInvalid(Exception):
    """The errors of an entry: for each the rule (mostly the field's name) and the reason."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        self.errors = errors


def catalogue_read(path: Path) -> list[CatalogueEntry]:
    """The entries of a catalogue file: JSON, ``{"instruments": [...]}``.

    Raises:
        CatalogueInvalid: it is not of that form; the errors name the instruments and the fields.
        OSError: the file cannot be read.
    """
    errors = FileErrors()
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        items = document["instruments"]
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        reason = "it is not JSON of the form {'instruments': [...]}"
        errors.add(FileError("the file", path.name, reason))
        raise CatalogueInvalid(errors=errors) from None
    entries = []
    for number, item in enumerate(items, start=1):
        try:
            entries.append(_entry(item))
        except _EntryInvalid as error:
            for kind, reason in error.errors:
                errors.add(FileError(kind, f"instrument {number:,} ({item.get('ticker')})", reason))
    for name in ("ticker", "isin"):
        counted = Counter(item[name] for item in items if isinstance(item.get(name), str))
        for value, count in counted.items():
            if count > 1:
                errors.add(FileError(f"{name} repeated", f"{name} {value}", f"it is there {count} times"))
    if errors:
        raise CatalogueInvalid(errors=errors)
    return entries


def _entry(item: dict[str, Any]) -> CatalogueEntry:
    """One entry.

    Raises:
        _Bad: what is wrong with it, all of it where one fault does not hide the next.
    """
    bad = [(f"a field {name}", f"there is no field {name}") for name in sorted(item.keys() - _NAMES)]
    values: dict[str, Any] = {}
    for name, value in item.items():
        wanted: Any = _TYPES.get(name, str)
        if name not in _NAMES:
            continue
        if type(value) is not wanted:
            bad.append((name, f"{name} is to be of type {wanted.__name__}"))
        elif name in _DECIMALS and (reason := _not_a_price(value)):
            bad.append((name, f"{name} {reason}"))
        else:
            values[name] = Decimal(value) if name in _DECIMALS else value
    if missing := sorted(_NAMES - item.keys() - _PRICES):
        bad.append(("a field missing", f"{', '.join(missing)} is missing"))
    if len(_PRICES & item.keys()) == 1:
        bad.append(("half a price", "price and previous_close go together"))
    if bad:
        raise _EntryInvalid(*bad)
    entry = CatalogueEntry(**values)
    try:
        Instrument(**entry.values, available_quantity=entry.issued_quantity).full_clean(
            validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        bad = [(name, f"{name}: {messages[0]}") for name, messages in error.message_dict.items()]
    if not re.fullmatch(TICKER_PATTERN, entry.ticker):
        bad.append(("ticker", "ticker: one to twelve of A to Z, 0 to 9 and . - _ &; no lower case"))
    for name, (least, most) in _RANGES.items():
        if not least <= values[name] <= most:
            bad.append((name, f"{name} must be from {least} to {most:,}"))
    if bad:
        first: dict[str, str] = {}  # of each field
        for name, reason in bad:
            first.setdefault(name, reason)
        raise _EntryInvalid(*first.items())
    return entry


def _not_a_price(value: str) -> str:
    """Why a text is no price, or nothing."""
    if not _PLAIN.fullmatch(value):  # Decimal reads "1_000" and digits of any script
        return "is not a number"
    return "" if 0 < Decimal(value) < PRICE_LIMIT else "is to be above zero"
