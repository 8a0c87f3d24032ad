"""``manage market``: read and set the market's clock."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market_service.clock import services as clock
from market_service.clock.selectors import clock_now
from market_service.quotes.services import market_start
from market_service.venue.services import market_go
from servicekit.audit.actors import Actor
from servicekit.errors import DomainError


class Command(BaseCommand):
    help = "The market's clock: what day it is, how fast it goes; pause it, end its day, go to another."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="do", metavar="WHAT")
        for name, text in {
            "status": "what day and time it is (also without a word)",
            "pause": "stand still: no price moves and no day ends",
            "resume": "go on",
            "next": "end the day now; a replay's",
        }.items():
            does.add_parser(name, help=text)
        speed = does.add_parser("speed", help="how fast a replay goes")
        speed.add_argument("speed", type=float, help="seconds of the market a second; 60: a day in 8 minutes")
        go = does.add_parser("go", help="go to a day of the history, at its opening; a replay")
        go.add_argument("day", type=_day, metavar="DAY", help="such as 2012-06-12")

    def handle(self, *args: Any, do: str | None, **options: Any) -> None:
        if not market_start().started:
            raise CommandError("Nothing is listed yet, so the market has no day: load a catalogue first.")
        by = Actor.shell()
        does: dict[str, Callable[[], object]] = {
            "pause": lambda: clock.clock_pause(by=by),
            "resume": lambda: clock.clock_resume(by=by),
            "next": lambda: clock.clock_end_day(by=by),
            "speed": lambda: clock.clock_speed(speed=options["speed"], by=by),
            "go": lambda: market_go(day=options["day"], by=by),
        }
        try:
            if do in does:
                does[do]()
        except DomainError as error:
            raise CommandError(error.detail) from None
        now = clock_now()
        stands = ", paused" if now.paused else f", speed {now.scale:g}" if now.feed == "replay" else ""
        self.stdout.write(f"{now.time:%Y-%m-%d %H:%M} ({now.feed}{stands})")
        if now.closing:
            self.stdout.write("its day is over, and will be closed in some seconds")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} must be a day, such as 2012-06-12") from None
