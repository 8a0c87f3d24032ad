"""Options of an import."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones


@dataclass(frozen=True)
class ImportOptions:
    """Options that resolve ambiguities; empty: as the file says, or as detected and reported.

    Attributes:
        ticker: of all prices of the file.
        dates: ``dmy`` or ``mdy``, the order of day and month.
        decimal: ``comma`` or ``point``, between whole and part.
        encoding: a name that Python knows, such as ``cp1251``.
        board: the one board (trading mode) of a file of several.
        timezone: in which a moment of the file is a day, such as ``Europe/Moscow``.
        interval: ``day`` where the days of a file only look like weeks or months.
        list_unlisted: prices of a ticker that is not listed list it.
        price_step, lot_size, issued_quantity, type: of instruments whose list does not say.
        simulated: the instruments of a list do not exist.
    """

    ticker: str = ""
    dates: str = ""
    decimal: str = ""
    encoding: str = ""
    board: str = ""
    timezone: str = ""
    interval: str = ""
    list_unlisted: bool = False
    price_step: Decimal | None = None
    lot_size: int | None = None
    issued_quantity: int | None = None
    type: str = ""
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.timezone and self.timezone not in available_timezones():
            raise ValueError(f"--timezone: {self.timezone!r} is not known; Europe/Moscow is one, for example")

    @property
    def stated(self) -> set[str]:
        """The fields of an instrument that are said here for all."""
        return {name for name in ("type", "lot_size", "price_step", "issued_quantity") if getattr(self, name)}

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def text(self) -> str:
        """All of them, the same for the same."""
        return repr(sorted(asdict(self).items()))
