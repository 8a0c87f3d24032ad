"""``python -m compose.check [--json] [--wait SECONDS] [--only I3 …] …``, also ``make check``.

Ends with 0 when nothing is wrong, 1 when an invariant is broken, 2 when it could not be looked at.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg2
import redis
from django.core.exceptions import ImproperlyConfigured

from compose.check.invariants import INVARIANTS
from compose.check.model import Invariant, Result, run
from compose.check.report import as_json, as_text
from compose.check.snapshot import first_id, open_snapshot

#: Seconds between two looks while orders are on their way.
PAUSE = 0.5

_SPAN = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def main(arguments: list[str]) -> int:
    """Check a running system; returns the exit code."""
    options = _parser().parse_args(arguments)
    invariants = tuple(
        invariant
        for invariant in INVARIANTS
        if (not options.only or invariant.id in options.only) and (invariant.always or not options.always)
    )
    while True:
        since = _window(options.since) if options.since else None
        try:
            results = check(invariants, wait=options.wait, since=since)
        except ImproperlyConfigured as error:
            print(error, file=sys.stderr)
            return 2
        except (psycopg2.Error, redis.RedisError) as error:
            print(f"The system cannot be read: {str(error).strip()}", file=sys.stderr)
            if not options.every:
                return 2
        else:
            broken = any(result.count for result in results)
            if broken or not options.every:
                print(as_json(results) if options.json else as_text(results))
                return 1 if broken else 0
        try:
            time.sleep(options.every)
        except KeyboardInterrupt:
            return 0


def check(invariants: tuple[Invariant, ...], *, wait: float, since: datetime | None = None) -> list[Result]:
    """Run the invariants, again and again while only those are broken that an order on its way breaks.

    Args:
        wait: for how many seconds at most.
        since: what was made before is left alone, and so are checks that would have to read all of it.

    Returns:
        What the last check found.

    Raises:
        ImproperlyConfigured, psycopg2.Error, redis.RedisError: see :func:`open_snapshot`.
    """
    end = time.monotonic() + wait
    checks = [check for invariant in invariants for check in invariant.checks]
    services = sorted({service for check in checks for service in check.services})
    streams = any(check.streams for check in checks)
    while True:
        with open_snapshot(services, streams=streams, since=first_id(since) if since else None) as snapshot:
            results = run(invariants, snapshot)
        broken = [result.invariant for result in results if result.count]
        if not broken or any(invariant.always for invariant in broken) or time.monotonic() >= end:
            return results
        time.sleep(PAUSE)


def _window(text: str) -> datetime:
    """``90s``, ``10m``, ``2h``, ``1d`` before now, or a moment in ISO 8601."""
    if span := _SPAN.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[span[2]]: int(span[1])})
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _since(text: str) -> str:
    try:
        _window(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} must be like 90s, 10m, 2h, or a time") from error
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m compose.check", description="Was anything lost, created or spent twice?"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--wait",
        type=float,
        default=5,
        metavar="SECONDS",
        help="how long to wait for orders in flight before reporting a violation (default: 5)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="ID",
        choices=[i.id for i in INVARIANTS],
        help="check only these invariants",
    )
    parser.add_argument(
        "--always",
        action="store_true",
        help="check only invariants that hold at every moment, even while services are down",
    )
    parser.add_argument(
        "--since",
        type=_since,
        metavar="WHEN",
        help="check only newer rows: 90s, 10m, 2h, or a time; skips checks that cannot be limited",
    )
    parser.add_argument(
        "--every",
        type=float,
        default=0,
        metavar="SECONDS",
        help="check repeatedly until something is broken or Ctrl-C",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
