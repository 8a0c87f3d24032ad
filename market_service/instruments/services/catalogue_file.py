"""Reading the catalogue file: what is to be listed, checked field by field."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.models import Instrument


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


def catalogue_read(path: Path) -> list[CatalogueEntry]:
    """The entries of a catalogue file: JSON, ``{"instruments": [...]}``.

    Raises:
        CatalogueInvalid: it is not of that form; the reason names the instrument and the field.
        OSError: the file cannot be read.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        items = document["instruments"]
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise CatalogueInvalid(
            reason=f"{path.name} is not JSON of the form {{'instruments': [...]}}"
        ) from None
    entries = [_entry(number, item) for number, item in enumerate(items, start=1)]
    for name in ("ticker", "isin"):
        values = [getattr(entry, name) for entry in entries]
        if repeated := sorted({value for value in values if values.count(value) > 1}):
            raise CatalogueInvalid(reason=f"{name} {repeated[0]} is there twice")
    return entries


def _entry(number: int, item: dict[str, Any]) -> CatalogueEntry:
    where = f"instrument {number} ({item.get('ticker')})"
    if unknown := sorted(item.keys() - _NAMES):
        raise CatalogueInvalid(reason=f"{where}: there is no field {unknown[0]}")
    values = {}
    for name, value in item.items():
        wanted = _TYPES.get(name, str)
        if type(value) is not wanted:
            raise CatalogueInvalid(reason=f"{where}: {name} is to be of type {wanted.__name__}")
        if name in _DECIMALS:
            try:
                if not _PLAIN.fullmatch(str(value)):  # Decimal reads "1_000" and digits of any script
                    raise InvalidOperation
                value = Decimal(str(value))
            except InvalidOperation:
                raise CatalogueInvalid(reason=f"{where}: {name} is not a number") from None
            if not value.is_finite() or value <= 0:
                raise CatalogueInvalid(reason=f"{where}: {name} is to be above zero")
        values[name] = value
    try:
        entry = CatalogueEntry(**values)
    except TypeError:
        missing = sorted(_NAMES - values.keys() - {"price", "previous_close"})
        raise CatalogueInvalid(reason=f"{where}: {', '.join(missing)} is missing") from None
    if (entry.price is None) != (entry.previous_close is None):
        raise CatalogueInvalid(reason=f"{where}: price and previous_close go together")
    try:
        Instrument(**entry.values, available_quantity=entry.issued_quantity).full_clean(
            validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise CatalogueInvalid(reason=f"{where}: {name}: {messages[0]}") from None
    return entry
