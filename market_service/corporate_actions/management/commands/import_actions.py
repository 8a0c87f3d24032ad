"""``manage import_actions FILE …``: enter dividends and splits from files, each all or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market_service.corporate_actions.services import actions_import
from market_service.imports.options import ImportOptions
from servicekit.audit.actors import Actor


class Command(BaseCommand):
    help = (
        "Enter dividends (ticker, date, amount) and splits (ticker, date, before, after) from CSV, XLSX or "
        "JSON. Of days before today they are shown, and pay nobody; dividends of today and later are paid on "
        "their day. Nothing of a file with errors is entered; again, a file changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="report; change nothing")
        parser.add_argument("--ticker", default="", help="the instrument of all rows, overriding the file")
        parser.add_argument("--dates", default="", choices=["", "dmy", "mdy"], help="day or month first")
        parser.add_argument("--encoding", default="", help="of the text, if it is guessed wrong: cp1251")
        parser.add_argument("--reason", default="", help="the announcement that customers read")

    def handle(self, *args: Any, files: list[str], **given: Any) -> None:
        options = ImportOptions(ticker=given["ticker"], dates=given["dates"], encoding=given["encoding"])
        refused = 0
        for name in files:
            try:
                done = actions_import(
                    path=Path(name), options=options, by=Actor.shell(), reason=given["reason"],
                    dry_run=given["dry_run"],
                )  # fmt: skip
            except OSError as error:
                raise CommandError(f"{name}: {error.strerror or error}") from None
            if done.file.errors:
                refused += 1
                self.stderr.write(f"{name}: nothing was entered")
                for line in done.file.errors.lines():
                    self.stderr.write(f"  {line}")
                continue
            self.stdout.write(
                f"{name}: {len(done.entered):,} entered, {done.known:,} known already"
                + (" (dry run: nothing was changed)" if given["dry_run"] else "")
            )
        if refused:
            raise CommandError(f"{refused:,} of {len(files):,} files were refused.")
