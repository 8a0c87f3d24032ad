"""``manage load_market``: list what the exchange begins with, the shipped market or one's own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from market_service.imports.recognise import holds_list
from market_service.instruments.management.importing import ImportCommand, files_of, import_options
from market_service.instruments.selectors import instrument_ids


class Command(BaseCommand):
    help = (
        "List the market that BIRZHA_MARKET chooses: the shipped one of the currency, or the files of a "
        "folder. Run again, it takes what is new there; one that is gone or faulty by then stops nobody."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if (settings.DATA / settings.MARKET / "catalogue.json").is_file():
            call_command("load_catalogue", stdout=self.stdout, stderr=self.stderr)
            return
        begun = bool(instrument_ids())
        try:
            self._folder(Path(settings.MARKET))
        except CommandError as error:
            if not begun:
                raise
            self.stderr.write(f"The market goes on as it was loaded: {error}")

    def _folder(self, folder: Path) -> None:
        given = shlex.split(settings.MARKET_OPTIONS)
        parsed = vars(
            ImportCommand().create_parser("manage", "load_market").parse_args([*given, str(folder)])
        )
        listed = any(holds_list(path, import_options(parsed)) for path in files_of([str(folder)]))
        call_command(
            "import_files", str(folder), *given, *([] if listed else ["--list"]),
            stdout=self.stdout, stderr=self.stderr,
        )  # fmt: skip
