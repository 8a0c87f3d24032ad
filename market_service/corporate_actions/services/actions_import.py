"""Importing dividends and splits from a file, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from market_service.corporate_actions.errors import ActionExists
from market_service.corporate_actions.models import ActionType, CorporateAction
from market_service.corporate_actions.services.action_announce import Terms, action_announce
from market_service.file_errors import FileError
from market_service.imports.actions import ActionFile, ListedAction, actions_read
from market_service.imports.options import ImportOptions
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instruments_by_ticker
from servicekit.audit.actors import Actor
from servicekit.errors import DomainError

#: Days after today that an action may be announced for; a day after them is a mistake.
FAR_DAYS = 2 * 365


@dataclass
class ActionsImported:
    """What was entered, how many were there before, and with errors nothing."""

    file: ActionFile
    entered: list[CorporateAction] = field(default_factory=list)
    known: int = 0


def actions_import(
    *, path: Path, options: ImportOptions, by: Actor, reason: str = "", dry_run: bool = False
) -> ActionsImported:
    """Announce the dividends and splits of a file; those of days before today are history.

    Again, it changes nothing: an instrument's action of that type and day is passed over.

    Raises:
        OSError: the file cannot be read.
    """
    latest = timezone.now().date() + timedelta(days=FAR_DAYS)
    file = actions_read(path, options=options, latest=latest)
    result = ActionsImported(file)
    listed = instruments_by_ticker({action.ticker for action in file.actions})
    with transaction.atomic():
        for action in file.actions:
            _enter(result, action, listed.get(action.ticker), by=by, reason=reason)
        if file.errors or dry_run:
            transaction.set_rollback(True)
    if file.errors:
        result.entered, result.known = [], 0
    return result


def _enter(
    result: ActionsImported, action: ListedAction, instrument: Instrument | None, *, by: Actor, reason: str
) -> None:
    errors, where = result.file.errors, f"{_('line %d') % action.line} ({action.ticker})"
    if instrument is None:
        errors.add(FileError(_("a ticker that is not listed"), where, _("nothing is listed under it")))
        return
    if action.currency and action.currency != instrument.currency:
        reason = _("it is in %(other)s, the instrument in %(own)s") % {
            "other": action.currency,
            "own": instrument.currency,
        }
        errors.add(FileError(_("another currency"), where, reason))
        return
    terms = Terms(
        type=ActionType.DIVIDEND if action.per_unit is not None else ActionType.SPLIT,
        day=action.day,
        per_unit=action.per_unit,
        old_units=action.old_units,
        new_units=action.new_units,
    )
    try:
        with transaction.atomic():
            result.entered.append(action_announce(instrument=instrument, terms=terms, by=by, reason=reason))
    except ActionExists:
        result.known += 1
    except DomainError as error:
        errors.add(FileError(_("an impossible action"), where, error.detail))
