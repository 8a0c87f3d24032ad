"""``manage verify_journal``: recompute the hash chain over the whole journal."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing_service.ledger.selectors import chain_breaks, hash_at, journal_head, journal_last

#: So many entries at once, to stay below the time limit of a statement.
PART = 20_000
#: So many breaks are shown.
SHOWN = 20


class Command(BaseCommand):
    help = "Recompute the hash chain over the whole journal. Exit status 1 when an entry does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            type=Path,
            metavar="FILE",
            help="a file with earlier output of journal_head: the journal must still contain that "
            "entry and hash",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        head, last = journal_head(), journal_last()
        problems: list[str] = []
        for start in range(0, max(head.number, last), PART):
            problems += [
                f"entry {each.number} ({each.entry_id}) has hash {each.hash}, "
                + (f"not {each.expected}" if each.expected else "but the entry before it is missing")
                for each in chain_breaks(after=start, until=start + PART)
            ]
        if last != head.number or (last and hash_at(number=last) != head.hash):
            problems.append(
                f"the head is entry {head.number} with hash {head.hash}, the journal ends at {last}"
            )
        if options["head"] is not None:
            problems += _compare(options["head"])
        for problem in problems[:SHOWN]:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} problems in {head.number} journal entries", returncode=1)
        self.stdout.write(f"{head.number} journal entries, every hash is correct; the head is {head.hash}")


def _compare(file: Path) -> list[str]:
    """What is wrong with the journal by a head that was exported earlier."""
    try:
        exported = json.loads(file.read_text(encoding="utf-8"))
        number, expected = int(exported["number"]), str(exported["hash"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{file} is not output of journal_head: {error}", returncode=2) from None
    if number == 0:
        return []
    found = hash_at(number=number)
    return (
        [] if found == expected else [f"entry {number} had hash {expected} when it was exported, now {found}"]
    )
