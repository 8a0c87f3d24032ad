"""Shared by the import commands: files, options, progress and summary."""

from __future__ import annotations

import glob
import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from tqdm import tqdm

from market_service.file_errors import FileError, FileErrors
from market_service.imports import report
from market_service.imports.options import ImportOptions
from market_service.imports.recognise import holds_list
from market_service.instruments.errors import CatalogueInvalid, InstrumentsInvalid
from market_service.instruments.services import instruments_import, prices_load
from market_service.quotes.errors import PricesInvalid
from servicekit.audit.actors import Actor
from servicekit.home_currency import home_currency

#: Endings of the files that are taken from a folder.
ENDINGS = (".csv", ".txt", ".tsv", ".gz", ".zip", ".xlsx", ".json")
PRICES, LIST = "prices", "list"


class ImportCommand(BaseCommand):
    """Imports files, each all or nothing; the exit code is 1 when one was refused.

    Attributes:
        takes: what is imported, prices, lists or both; when both, lists come first.
    """

    takes: tuple[str, ...] = (LIST, PRICES)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="files, folders, or patterns such as 'prices/*.csv'"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="report what was recognised; change nothing"
        )
        add = parser.add_argument
        add("--encoding", default="", help="of the text, if it is guessed wrong: cp1251")
        add("--decimal", default="", choices=["", "comma", "point"], help="the decimal separator")
        if PRICES in self.takes:
            add(
                "--ticker",
                default="",
                help="the instrument of these prices, overriding the file",
            )
            add(
                "--list",
                dest="list_unlisted",
                action="store_true",
                help="list unknown instruments from their prices",
            )
            add("--dates", default="", choices=["", "dmy", "mdy"], help="08/01/2024: day or month first")
            add("--timezone", default="", help="the time zone of the days: Europe/Moscow")
            add(
                "--interval",
                default="",
                choices=["", "day"],
                help="the rows are days, whatever the gaps between them",
            )
        add("--board", default="", help="of a file with several boards, the one to read: TQBR")
        if LIST in self.takes:
            add("--update", action="store_true", help="change values that differ from listed ones")
        add(
            "--price-step",
            type=_decimal,
            help="of instruments whose list does not say (default: by the price)",
        )
        add("--lot-size", type=int, help="the same (default: 1)")
        add("--issued", dest="issued_quantity", type=int, help="the same (default: 1,000,000,000 units)")
        add(
            "--type",
            default="",
            choices=["", "share", "bond", "fund", "currency", "future"],
            help="the same (share)",
        )
        add("--simulated", action="store_true", help="these instruments do not exist")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        with translation.override(terminal_language()):
            self._import(files_of(files), options)

    def _import(self, paths: list[Path], given: dict[str, Any]) -> None:
        options = import_options(given)
        self._dry_run, self._update = given["dry_run"], given.get("update", False)
        self._several, self._refused = len(paths) > 1, FileErrors()
        self._sentences: list[str] = []
        self._expected: set[str] = set()  # what a dry run would have listed
        kinds = [(self._kind(path, options), path) for path in paths]
        for kind, path in sorted(kinds, key=lambda one: one[0] == PRICES):
            try:
                self._list(path, options) if kind == LIST else self._prices(path, options)
            except (PricesInvalid, InstrumentsInvalid, CatalogueInvalid) as error:
                self._refuse(path, error.errors)
            except OSError as error:
                refused = FileErrors()
                reason = error.strerror or str(error)
                if isinstance(error, PermissionError):
                    reason += _(" (Birzha's user may not: put the file where everybody may read it)")
                refused.add(
                    FileError(_("files that cannot be read"), str(path), _("cannot be read: %s") % reason)
                )
                self._refuse(path, refused)
        if self._dry_run:
            self.stdout.write(_("This was a dry run: nothing has changed."))
        self._end(len(paths))

    def _kind(self, path: Path, options: ImportOptions) -> str:
        if len(self.takes) == 1:
            return self.takes[0]
        return LIST if holds_list(path, options) else PRICES

    def _prices(self, path: Path, options: ImportOptions) -> None:
        with self._bar(path) as (reading, loading):
            loaded = prices_load(
                path=path,
                options=options,
                by=Actor.shell(),
                dry_run=self._dry_run,
                expected=self._expected,
                reading=reading,
                loading=loading,
            )
        count = loaded.imported
        self.stdout.write(
            _(
                "%(file)s: daily prices: %(total)s rows: "
                "%(created)s new, %(changed)s changed, %(unchanged)s unchanged"
            )
            % {
                "file": path.name,
                "total": f"{count.total:,}",
                "created": f"{count.created:,}",
                "changed": f"{count.changed:,}",
                "unchanged": f"{count.unchanged:,}",
            }
        )
        if loaded.file is None:
            self.stdout.write(_("  imported before; nothing of it has changed since"))
        else:
            self._write(report.prices_lines(loaded.file))
        if loaded.listed:
            self.stdout.write(_("  listed by their prices: %s") % report.some(loaded.listed))
        if loaded.quoted:
            self.stdout.write(_("  quoted now, at their last close: %s") % report.some(loaded.quoted))

    def _list(self, path: Path, options: ImportOptions) -> None:
        with self._bar(path) as (reading, loading):
            done = instruments_import(
                path=path, options=options, by=Actor.shell(), update=self._update, dry_run=self._dry_run,
                reading=reading, loading=loading,
            )  # fmt: skip
        self.stdout.write(
            _("%(file)s: instruments: %(listed)s listed, %(changed)s changed, %(unchanged)s unchanged")
            % {
                "file": path.name,
                "listed": f"{len(done.listed):,}",
                "unchanged": f"{done.unchanged:,}",
                "changed": f"{len({*done.completed, *(done.differing if done.changed else ())}):,}",
            }
        )
        self._expected.update(done.listed)
        self._write(report.instruments_lines(done.file))
        self._write(report.assumed_line(done.assumed))
        if foreign := sorted(done.file.currencies - {home_currency()}):
            self.stdout.write(
                _(
                    "  warning: the list is in %(theirs)s; this exchange counts in %(ours)s, and takes the "
                    "numbers as they are. A new one can count in another currency: BIRZHA_CURRENCY"
                )
                % {"theirs": ", ".join(foreign), "ours": home_currency()}
            )
        if done.waiting:
            self.stdout.write(
                _("  hidden until they have prices (import_prices): %s") % report.some(sorted(done.waiting))
            )
        if done.completed:
            self.stdout.write(_("  missing values filled in: %s") % report.some(done.completed))
        if done.differing:
            words = (
                _("  changed:") if done.changed else _("  listed with other values; --update changes them:")
            )
            self.stdout.write(words)
            self._write(report.differing_lines(done.differing))

    def _refuse(self, path: Path, errors: FileErrors) -> None:
        """Keep what is wrong with a file for the summary."""
        some = errors.firsts(3)
        first = "; ".join(fault.reason if fault.where == path.name else str(fault) for fault in some)
        more = _(" (and %s more)") % f"{errors.count - 3:,}" if errors.count > 3 else ""
        self._sentences.append(
            _("Nothing was loaded of %(file)s: %(reason)s") % {"file": path.name, "reason": f"{first}{more}."}
        )
        self._refused.take(errors, path.name if self._several else "")

    def _end(self, count: int) -> None:
        if not self._sentences:
            return
        self._write(self._refused.lines(), error=True)
        if len(self._sentences) == 1:
            raise CommandError(self._sentences[0])
        refused = f"{len(self._sentences):,}"
        raise CommandError(
            _("%(refused)s of %(count)s files were refused, nothing was loaded of them.")
            % {"refused": refused, "count": f"{count:,}"}
        )

    def _write(self, lines: Iterator[str], *, error: bool = False) -> None:
        for line in lines:
            (self.stderr if error else self.stdout).write(line)

    @contextmanager
    def _bar(self, path: Path) -> Iterator[tuple[Any, Any]]:
        """Two bars, bytes that are read and rows that are written; none where nobody watches."""
        size = os.path.getsize(path) if os.path.isfile(path) else 0
        bars = [
            tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=None, leave=False),
            tqdm(unit=" rows", unit_scale=True, desc=_("  into the database"), disable=None, leave=False),
        ]
        try:
            yield bars[0].update, bars[1].update
        finally:
            for bar in bars:
                bar.close()


def import_options(given: dict[str, Any]) -> ImportOptions:
    """What the arguments say.

    Raises:
        CommandError: one cannot be.
    """
    names = ImportOptions.__dataclass_fields__
    try:
        return ImportOptions(**{name: value for name, value in given.items() if name in names})
    except ValueError as error:
        raise CommandError(str(error)) from None


def files_of(given: list[str]) -> list[Path]:
    """The files that are meant; a folder is what is in it, a pattern what matches."""
    paths: list[Path] = []
    for name in given:
        path = Path(name)
        if os.path.isdir(path):  # Path.is_dir raises when it may not look
            found = sorted(
                one for one in path.rglob("*") if one.is_file() and one.name.lower().endswith(ENDINGS)
            )
            if not found:
                raise CommandError(_("%s is a folder without a file to import") % name)
            paths += found
        elif not os.path.exists(path) and (matching := sorted(glob.glob(name, recursive=True))):
            paths += [Path(one) for one in matching]
        else:
            paths.append(path)
    return list(dict.fromkeys(paths))


def terminal_language() -> str:
    """The terminal's language; English by default."""
    locale_name = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "ru" if locale_name.lower().startswith("ru") else "en"


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
        if not Decimal("0.000001") <= value <= 1000 or -int(value.normalize().as_tuple().exponent) > 6:
            raise ArgumentTypeError("from 0.000001 to 1000")
    except InvalidOperation:
        raise ArgumentTypeError(f"{text!r} is not a number") from None
    return value
