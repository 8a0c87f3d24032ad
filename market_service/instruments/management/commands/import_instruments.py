"""``manage import_instruments FILE …``: import lists of instruments, each all or nothing."""

from __future__ import annotations

from market_service.instruments.management.importing import LIST, ImportCommand


class Command(ImportCommand):
    takes = (LIST,)
    help = (
        "List instruments from files with at least the columns ticker and name; MOEX's list of securities "
        "and NASDAQ's lists are recognised. Values that differ from listed ones are reported, and changed "
        "only with --update. Prices may come before or after. A file with errors lists nothing; all its "
        "errors are reported, by kind."
    )
