"""``manage import_instruments FILE …``: import lists of instruments, each all or nothing."""

from __future__ import annotations

from market_service.instruments.management.importing import LIST, ImportCommand


class Command(ImportCommand):
    takes = (LIST,)
    help = (
        "List instruments from files: ticker,name at least; MOEX's list of securities and NASDAQ's lists are "
        "known. What is listed with other values is changed with --update only, and told in any case. Prices "
        "may come before or after. All errors of a file are told by kind, and nothing of it is listed then."
    )
