"""Which market a system begins with, and in which currency: BIRZHA_MARKET and BIRZHA_CURRENCY."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compose.local.console import CommandError
from compose.local.paths import ROOT
from servicekit.money import EXPONENTS

DEFAULT_CURRENCY = "USD"
#: The markets that are shipped, one for each currency, which they are called by.
READY = tuple(code.lower() for code in EXPONENTS)


@dataclass(frozen=True)
class MarketChoice:
    """Attributes:
    market: ``usd``, ``eur`` or ``rub``, which are shipped, or the folder of one's own, as a whole path.
    currency: of every account and instrument.
    options: of the import of one's own, as ``make import`` takes them in ARGS.
    """

    market: str = DEFAULT_CURRENCY.lower()
    currency: str = DEFAULT_CURRENCY
    options: str = ""

    @property
    def folder(self) -> Path | None:
        """That of a market of one's own."""
        return None if self.market in READY else Path(self.market)

    @classmethod
    def read(cls, environment: Mapping[str, str], state: Mapping[str, object]) -> MarketChoice:
        """From the environment, else as the last start had it, else by each other: a shipped market has its
        currency, and a currency has its shipped market.

        Raises:
            CommandError: no such currency or market, or the two do not fit.
        """
        chosen = environment.get("BIRZHA_CURRENCY", "").strip().upper()
        if chosen and chosen not in EXPONENTS:
            raise CommandError(f"BIRZHA_CURRENCY={chosen} must be one of {', '.join(EXPONENTS)}.")
        wanted = environment.get("BIRZHA_MARKET", "").strip()
        kept_market, kept_currency = str(state.get("market", "")), str(state.get("currency", ""))
        options = environment.get("BIRZHA_MARKET_OPTIONS", str(state.get("market_options", ""))).strip()
        if wanted in READY:
            if chosen not in ("", wanted.upper()):
                raise CommandError(f"BIRZHA_MARKET={wanted} is in {wanted.upper()}, not in {chosen}.")
            return cls(wanted, wanted.upper(), options)
        if wanted:
            return cls(_folder(wanted), chosen or kept_currency or DEFAULT_CURRENCY, options)
        currency = chosen or kept_currency or DEFAULT_CURRENCY
        if kept_market and kept_market not in READY:
            return cls(kept_market, currency, options)
        return cls(currency.lower(), currency, options)


def _folder(name: str) -> str:
    folder = Path(name).expanduser()
    folder = (folder if folder.is_absolute() else ROOT / folder).resolve()
    if not folder.is_dir():
        raise CommandError(
            f"BIRZHA_MARKET={name} is neither {', '.join(READY[:-1])} or {READY[-1]}, which are shipped, "
            "nor a folder."
        )
    return str(folder)
