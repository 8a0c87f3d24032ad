"""``manage import_files FILE …``, which ``make import`` runs: lists of instruments first, then prices."""

from __future__ import annotations

from market_service.instruments.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Import files of prices and lists of instruments, recognised by their content; lists come first. "
        "See import_prices and import_instruments."
    )
