"""``manage search_words``: does the search know every instrument as it is?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market_service.search.services import words_check, words_repair

#: Tickers that are named.
SHOWN = 20


class Command(BaseCommand):
    help = "Compare the words by which instruments are found with their names and descriptions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="write the words that differ")

    def handle(self, *args: Any, repair: bool, **options: Any) -> None:
        result = words_repair() if repair else words_check()
        count = len(result.tickers)
        named = ", ".join(result.tickers[:SHOWN]) + (" …" if count > SHOWN else "")
        if count and not repair:
            raise CommandError(
                f"{count:,} of {result.checked:,} instruments are not found by their words: {named}. "
                "Run it with --repair."
            )
        written = f"; written anew: {named}" if count else ""
        self.stdout.write(f"{result.checked:,} instruments are found by their words{written}")
