"""``python -m <service>.manage events …``: this service's events, for operators."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record
from servicekit.messaging.consume import failures
from servicekit.messaging.models import FailedEvent, Replay
from servicekit.messaging.operate import dead_letters, tables
from servicekit.messaging.operate.replay import replay
from servicekit.messaging.operate.status import status
from servicekit.messaging.publish import groups


def moment(text: str) -> datetime:
    """A date or a date-time; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is neither 2025-01-31 nor 2025-01-31T09:30:00Z") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Operate this service's events: status, dead letters, sending events again."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The subcommands; each names the method that runs it."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        def action(name: str, run: Callable[..., None], text: str, into: Any = actions) -> Any:
            made = into.add_parser(name, help=text, description=text)
            made.set_defaults(run=run)
            made.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
            return made

        action(
            "status",
            self.show_status,
            "waiting events: unsent, not yet handled by each subscriber, retried, dead letters",
        )
        letters = actions.add_parser(
            "dead-letters", help="received events that were given up: list, show, retry, drop"
        ).add_subparsers(dest="letters", required=True, metavar="ACTION")
        action("list", self.list_letters, "every dead letter, the oldest first", letters)
        show = action("show", self.show_letter, "show one in full: envelope, attempts, error", letters)
        show.add_argument("id", type=UUID, metavar="ID")
        retry = action("retry", self.retry_letters, "handle them again, each in its own transaction", letters)
        retry.add_argument("ids", type=UUID, nargs="*", metavar="ID")
        retry.add_argument("--all", action="store_true", help="every dead letter, the oldest first")
        drop = action("drop", self.drop_letter, "drop it for good; who did so and why is recorded", letters)
        drop.add_argument("id", type=UUID, metavar="ID")
        drop.add_argument("--reason", required=True, help="why")
        drop.add_argument("--by", default="", help="who drops it (default: you)")
        again = action(
            "replay",
            self.send_again,
            "send events of the outbox again; inboxes skip those that they have handled",
        )
        again.add_argument(
            "--since", type=moment, metavar="TIME", help="published at this time or later (UTC)"
        )
        again.add_argument("--ids", metavar="FILE", help="the ids to send, one a line; - is standard input")
        again.add_argument("--subject", default="", help="only events of this aggregate: order/<id>")
        again.add_argument("--by", default="", help="who sends them (default: you)")
        forget = action(
            "forget-group",
            self.forget_group,
            "forget a subscriber that is gone for good, so that it holds nothing back",
        )
        forget.add_argument("group", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand.

        Raises:
            CommandError: it could not be done; says why.
        """
        run: Callable[..., None] = options["run"]
        try:
            run(**options)
        except redis.RedisError as error:
            raise CommandError(f"Redis does not answer: {error}") from error

    # -- what waits -----------------------------------------------------------------------------

    def show_status(self, *, as_json: bool, **_: Any) -> None:
        now = status()
        self._print(now.to_data() if as_json else tables.of_status(now))

    # -- dead letters ---------------------------------------------------------------------------

    def list_letters(self, *, as_json: bool, **_: Any) -> None:
        failures.forget_handled()
        rows = list(dead_letters.dead_letters())
        self._print([tables.letter_data(row) for row in rows] if as_json else tables.of_letters(rows))

    def show_letter(self, *, id: UUID, as_json: bool, **_: Any) -> None:
        failures.forget_handled()
        row = dead_letters.dead_letters().filter(event_id=id).first()
        if row is None:
            raise CommandError(f"{id} is not a dead letter.")
        data = tables.letter_data(row) | {"envelope": row.envelope}
        self._print(data if as_json else "\n".join(f"{name:16} {value}" for name, value in data.items()))

    def retry_letters(self, *, ids: list[UUID], all: bool, as_json: bool, **_: Any) -> None:
        if bool(ids) == all:
            raise CommandError("Give the ids of dead letters, or --all.")
        failures.forget_handled()
        wanted = list(dead_letters.dead_letters().values_list("event_id", flat=True)) if all else ids
        outcomes = []
        for event_id in wanted:
            try:
                outcomes.append(dead_letters.retry(event_id, by=Actor.shell()))
            except FailedEvent.DoesNotExist:
                outcomes.append(dead_letters.Outcome(event_id, "is not a dead letter"))
        self._print(
            [{"id": str(o.event_id), "handled": o.handled, "error": o.error} for o in outcomes]
            if as_json
            else tables.of_outcomes(outcomes)
        )
        if not_handled := sum(not outcome.handled for outcome in outcomes):
            raise CommandError(f"{not_handled} of {len(outcomes)} could not be handled.", returncode=1)

    def drop_letter(self, *, id: UUID, by: str, reason: str, as_json: bool, **_: Any) -> None:
        actor = Actor.shell(by)
        failures.forget_handled()
        try:
            dead_letters.drop(id, by=actor, reason=reason)
        except FailedEvent.DoesNotExist:
            raise CommandError(f"{id} is not a dead letter.") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self._print(
            {"id": str(id), "dropped_by": actor.key} if as_json else f"{id} is dropped; its row is kept."
        )

    # -- sending again --------------------------------------------------------------------------

    def send_again(
        self, *, since: datetime | None, ids: str | None, subject: str, by: str, as_json: bool, **_: Any
    ) -> None:
        actor = Actor.shell(by)
        noted = by if by == Replay.RECONCILER else actor.key
        try:
            with transaction.atomic():
                wanted = None if ids is None else read_ids(ids)
                done = replay(ids=wanted, since=since, subject=subject, by=noted)
                if done.sent_again:
                    request = {"since": since, "subject": subject, "by_id": ids is not None}
                    outbox = Subject("outbox", settings.SERVICE_NAME, settings.SERVICE_NAME)
                    after = request | {"sent_again": done.sent_again}
                    record("events.replay", outbox, by=actor, after=after)
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from None
        text = f"{done.sent_again} events are sent again."
        if done.too_old:
            text += f" {done.too_old} are not: they are older than what inboxes remember."
        self._print({"sent_again": done.sent_again, "too_old": done.too_old} if as_json else text)

    def forget_group(self, *, group: str, as_json: bool, **_: Any) -> None:
        with transaction.atomic():  # the row first: what Redis forgets does not come back
            record("group.forget", Subject("group", group, group), by=Actor.shell())
            if not groups.forget(group):
                raise CommandError(f"No group {group} is known.")
        self._print({"forgotten": group} if as_json else f"{group} is forgotten.")

    def _print(self, answer: Any) -> None:
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, indent=1)
        self.stdout.write(text)


def read_ids(file: str) -> Iterator[UUID]:
    """Ids, one a line; empty lines are passed over.

    Raises:
        OSError: there is no such file.
        ValueError: a line is no id.
    """
    lines = sys.stdin if file == "-" else Path(file).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if word := line.strip():
            try:
                yield UUID(word)
            except ValueError:
                raise ValueError(f"{word!r} is no event id") from None
