"""``manage import_prices FILE …``: load files of daily prices, each all or nothing."""

from __future__ import annotations

from market_service.instruments.management.importing import PRICES, ImportCommand


class Command(ImportCommand):
    takes = (PRICES,)
    help = (
        "Load daily prices from files: CSV with almost any header, separator, encoding and format of dates "
        "and numbers, XLSX, JSON; gzip and ZIP. Where a file can be read in two ways, the error names the "
        "option that decides. A file with errors loads nothing; all its errors are reported, by kind. "
        "Importing a file again changes nothing."
    )
