"""``manage import_prices FILE …``: load files of daily prices, each all or nothing."""

from __future__ import annotations

from market_service.instruments.management.importing import PRICES, ImportCommand


class Command(ImportCommand):
    takes = (PRICES,)
    help = (
        "Load daily prices from files as sources give them: CSV with almost any header, separator, encoding "
        "and form of days and numbers, XLSX, JSON; gzip and ZIP. What is open is asked by naming the option "
        "that answers it. Nothing of a file with errors is loaded, and all its errors are told by kind. "
        "Again, a file changes nothing."
    )
