"""Importing a list of instruments: read and checked as a whole, then listed and changed in portions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from market_service.file_errors import FileError
from market_service.imports.instruments import InstrumentFile, ListedInstrument, defaults, instruments_read
from market_service.imports.options import ImportOptions
from market_service.instruments.errors import InstrumentsInvalid
from market_service.instruments.models import Instrument
from market_service.instruments.services.catalogue_file import CatalogueEntry
from market_service.instruments.services.listing import entries_list, portions, values_apply
from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record

Progress = Callable[[int], None]
Differences = dict[str, dict[str, tuple[Any, Any]]]


@dataclass
class InstrumentsImported:
    """The result of importing a list (of a dry run: what it would do).

    Attributes:
        listed: tickers that are new; ``waiting`` those of them that have no price yet.
        differing: ticker → field → what is, what the list says; ``changed`` tells whether that was applied.
        completed: tickers that got from the list what nobody had said of them before.
        assumed: field → tickers for which it was guessed or has its default.
    """

    file: InstrumentFile
    listed: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    differing: Differences = field(default_factory=dict)
    changed: bool = False
    completed: list[str] = field(default_factory=list)
    unchanged: int = 0
    assumed: dict[str, list[str]] = field(default_factory=dict)


def instruments_import(
    *,
    path: Path,
    options: ImportOptions,
    by: Actor,
    update: bool = False,
    dry_run: bool = False,
    reading: Progress | None = None,
    loading: Progress | None = None,
) -> InstrumentsImported:
    """Import a list of instruments. Nothing is ever delisted.

    Emits one ``InstrumentChanged`` for each that is quoted, when it is listed and when it changes.

    An instrument without a price, in the list or among the daily prices, waits for its prices unseen.

    Args:
        update: apply what differs of what is listed already; without it that is only told. What nobody has
            said of an instrument before is always taken.
        dry_run: only read and compare.

    Raises:
        InstrumentsInvalid: there are errors; nothing was listed.
        CatalogueInvalid: somebody else has changed meanwhile what the list contradicts.
        OSError: the file cannot be read.
    """
    file = instruments_read(path, options=options, progress=reading)
    known = {one.ticker: one for one in Instrument.objects.select_related("quote").all()}
    _check(file, known, update)
    if file.errors:
        raise InstrumentsInvalid(errors=file.errors, file=path.name)
    result = InstrumentsImported(file, changed=update)
    entries: list[CatalogueEntry] = []
    unstated: dict[str, list[str]] = {}
    changes: dict[str, dict[str, Any]] = {}
    for ticker, one in file.instruments.items():
        if ticker in known:
            _compare(result, known[ticker], one, changes, update)
            continue
        entry, unstated[ticker] = _entry(one, options)
        entries.append(entry)
        for name in unstated[ticker]:
            result.assumed.setdefault(name, []).append(ticker)
    result.listed = [entry.ticker for entry in entries]
    if dry_run:
        result.waiting = [entry.ticker for entry in entries if entry.price is None]
        return result
    for some in portions(entries):
        quoted = set(entries_list(some, unstated=unstated))
        result.waiting += [entry.ticker for entry in some if entry.ticker not in quoted]
        if loading:
            loading(len(some))
    for names in portions(list(changes)):
        values_apply({name: changes[name] for name in names})
        if loading:
            loading(len(names))
    if entries or changes:
        with transaction.atomic():
            after = {"listed": len(entries), "changed": len(changes)}
            record("instruments.import", Subject("file", path.name, str(path.absolute())), by=by, after=after)
    return result


def _check(file: InstrumentFile, known: Mapping[str, Instrument], update: bool) -> None:
    """Find what the database contradicts."""
    holders = {one.isin: ticker for ticker, one in known.items() if one.isin}
    for ticker, one in file.instruments.items():
        where = f"{_('line %d') % one.line} ({ticker})"
        isin = one.values.get("isin", "")
        if isin and holders.setdefault(isin, ticker) != ticker:
            words = _("%(ticker)s has the ISIN %(isin)s") % {"ticker": holders[isin], "isin": isin}
            file.errors.add(FileError(_("an ISIN that is taken"), where, words))
        before = known.get(ticker)
        issued = one.values.get("issued_quantity")
        if (
            before
            and issued
            and update
            and issued < (sold := before.issued_quantity - before.available_quantity)
        ):
            words = _("issued_quantity %(issued)s is less than the %(sold)s sold") % {
                "issued": f"{issued:,}",
                "sold": f"{sold:,}",
            }
            file.errors.add(FileError(_("fewer issued than sold"), where, words))


def _compare(
    result: InstrumentsImported,
    before: Instrument,
    one: ListedInstrument,
    changes: dict[str, dict[str, Any]],
    update: bool,
) -> None:
    """Set apart what nobody had said, what differs, and what is as before."""
    completing = {name: value for name, value in one.values.items() if name in before.unstated}
    differing = {
        name: (getattr(before, name), value)
        for name, value in one.values.items()
        if name not in completing and getattr(before, name) != value
    }
    values = completing | ({name: new for name, (_before, new) in differing.items()} if update else {})
    for name in ("name_en", "name_ru"):  # a list in one language says the other name, too, if nobody has
        guess = one.guessed.get(name)
        if name in before.unstated and guess and guess != getattr(before, name):
            values[name] = one.guessed[name]
    if values:
        left = [name for name in before.unstated if name not in values]
        changes[before.ticker] = values | {"unstated": left}
    if completing:
        result.completed.append(before.ticker)
    if differing:
        result.differing[before.ticker] = differing
    if not completing and not differing:
        result.unchanged += 1


def _entry(one: ListedInstrument, options: ImportOptions) -> tuple[CatalogueEntry, list[str]]:
    """What is to be listed, and which of its fields nobody has said."""
    assumed: dict[str, Any] = defaults(options) | dict(one.guessed)
    values = assumed | dict(one.values)
    price: Decimal | None = one.price
    entry = CatalogueEntry(ticker=one.ticker, **values, price=price, previous_close=price)
    return entry, sorted(name for name in assumed if name not in one.values and name not in options.stated)
