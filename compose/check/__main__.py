"""``python -m compose.check [--json] [--wait SECONDS] [--only I3 …]``, also ``make check``.

Ends with 0 when nothing is wrong, 1 when an invariant is broken, 2 when it could not be looked at.
"""

from __future__ import annotations

import argparse
import sys
import time

import psycopg2
from django.core.exceptions import ImproperlyConfigured

from compose.check.invariants import INVARIANTS
from compose.check.model import Invariant, Result, run
from compose.check.report import as_json, as_text
from compose.check.snapshot import open_snapshot

#: Seconds between two looks while orders are on their way.
PAUSE = 0.5


def main(arguments: list[str]) -> int:
    """Check a running system; returns the exit code."""
    options = _parser().parse_args(arguments)
    invariants = tuple(i for i in INVARIANTS if not options.only or i.id in options.only)
    try:
        results = check(invariants, wait=options.wait)
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 2
    except psycopg2.Error as error:
        print(f"The databases cannot be read: {str(error).strip()}", file=sys.stderr)
        return 2
    print(as_json(results) if options.json else as_text(results))
    return 1 if any(result.count for result in results) else 0


def check(invariants: tuple[Invariant, ...], *, wait: float) -> list[Result]:
    """Run the invariants, again and again while only those are broken that an order on its way breaks.

    Args:
        wait: for how many seconds at most.

    Returns:
        What the last look found.
    """
    end = time.monotonic() + wait
    while True:
        with open_snapshot() as snapshot:
            results = run(invariants, snapshot)
        broken = [result.invariant for result in results if result.count]
        if not broken or any(invariant.always for invariant in broken) or time.monotonic() >= end:
            return results
        time.sleep(PAUSE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m compose.check", description="Was anything lost, made or spent twice?"
    )
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    parser.add_argument(
        "--wait",
        type=float,
        default=5,
        metavar="SECONDS",
        help="how long to wait for orders on their way before calling it broken (default: 5)",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="ID", choices=[i.id for i in INVARIANTS], help="some of the invariants"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
