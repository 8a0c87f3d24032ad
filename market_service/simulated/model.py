"""What is said of a simulated instrument, and its entry in a catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market_service.instruments.isin import isin_check_digit

#: What follows a name, in either language.
MARKS = {
    "share": ("simulated", "учебная"),
    "bond": ("simulated", "учебная"),
    "fund": ("simulated", "учебный"),
    "currency": ("simulated rate", "учебный курс"),
}
#: What every description says first.
NOTICES = {
    "share": (
        "A simulated share for practice: the company does not exist, and its prices are drawn by chance.",
        "Учебная акция: такой компании нет, а её цены получены случайным образом.",
    ),
    "bond": (
        "A simulated bond for practice: it does not exist outside Birzha, and no coupon is paid.",
        "Учебная облигация: за пределами Биржи её не существует, купон не выплачивается.",
    ),
    "fund": (
        "A simulated fund for practice: it does not exist outside Birzha and owns nothing.",
        "Учебный фонд: за пределами Биржи его не существует, активов у него нет.",
    ),
    "currency": (
        "A simulated rate for practice, not a market rate; nothing is ever delivered.",
        "Учебный курс, не рыночный; валюта никогда не поставляется.",
    ),
}


@dataclass(frozen=True)
class Simulated:
    """One instrument that does not exist.

    Attributes:
        about: what the description goes on with, in Russian and in English.
        start: its price before the first day.
        deviation: of a day's return, as a share of the price.
        market: how much of the whole market's return it takes part in.
    """

    ticker: str
    type: str
    name_ru: str
    name_en: str
    about: tuple[str, str]
    lot_size: int
    price_step: str
    start: str
    deviation: float = 0.014
    market: float = 0.8
    issued_quantity: int = 1_000_000

    @property
    def step(self) -> Decimal:
        return Decimal(self.price_step)

    def entry(self, currency: str) -> dict[str, Any]:
        """Its entry in the catalogue, Russian first."""
        body = f"ZZ{currency}{self.ticker:0>6}"
        about_ru, about_en = self.about
        notice_en, notice_ru = NOTICES[self.type]
        mark_en, mark_ru = MARKS[self.type]
        return {
            "ticker": self.ticker,
            "isin": f"{body}{isin_check_digit(body)}",
            "type": self.type,
            "name_ru": f"{self.name_ru} ({mark_ru})",
            "name_en": f"{self.name_en} ({mark_en})",
            "description_ru": f"{notice_ru} {about_ru}".strip(),
            "description_en": f"{notice_en} {about_en}".strip(),
            "lot_size": self.lot_size,
            "price_step": self.price_step,
            "issued_quantity": self.issued_quantity,
            "simulated": True,
        }
