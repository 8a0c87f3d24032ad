"""What a person may choose about backups: values of environment variables, checked."""

from __future__ import annotations

from collections.abc import Callable

from compose.local.console import CommandError

#: The settings, by their variables' names without BIRZHA_ and in small letters.
FOLDER, EVERY, KEPT = NAMES = ("backups", "backup_every_h", "backups_kept")
#: How many of a system's backups stay, unless it is said.
DEFAULT_KEPT = 7
#: The longest time between two, hours: a year.
MAX_EVERY_H = 8760


def read(chosen: Callable[[str], str]) -> dict[str, str]:
    """Each setting's value; "" is the default: ``<BIRZHA_HOME>-backups``, never by itself, seven.

    Raises:
        CommandError: a value that cannot be.
    """
    values = {name: chosen(name) for name in NAMES}
    if values[EVERY] == "off":
        values[EVERY] = ""
    _number(EVERY, values[EVERY], MAX_EVERY_H)
    _number(KEPT, values[KEPT], 10_000)
    return values


def _number(name: str, text: str, most: int) -> None:
    if text and not (text.isdecimal() and 1 <= int(text) <= most):
        raise CommandError(f"BIRZHA_{name.upper()}={text} must be a whole number, 1–{most}.")
