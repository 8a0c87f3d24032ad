"""``python -m compose.trace ID``, also ``make trace ID=…``: one click's whole story, from all databases.

For operators: it reads as the auditor, whose password only the system's user can read. Ends with 0 when there
is a story, 1 when nothing is known of the id, 2 when it is no id or the databases cannot be read.
"""

from __future__ import annotations

import sys
from datetime import UTC

import psycopg2
from django.core.exceptions import ImproperlyConfigured

from compose.check.snapshot import Snapshot, open_snapshot
from compose.trace.found import Found, NotAnId, find
from compose.trace.steps import Step, steps

_ORDERS = """
SELECT o.id, o.user_id, o.side, o.quantity, o.filled_quantity, o.type, o.time_in_force, o.limit_price,
    o.status, o.reject_code, instrument.ticker
FROM orders_order AS o JOIN reference_listedinstrument AS instrument ON instrument.id = o.instrument_id
WHERE o.id = ANY(%(orders)s::uuid[]) ORDER BY o.id
"""


def main(arguments: list[str]) -> int:
    """Print the story of an id; returns the exit code."""
    if len(arguments) != 1 or not arguments[0].strip():
        usage = "Which id? make trace ID=… takes that of a request, a trace, an order or an event."
        print(usage, file=sys.stderr)
        return 2
    try:
        with open_snapshot(streams=False) as snapshot:
            found = find(snapshot, arguments[0])
            story = sorted(steps(snapshot, found))
            lines = [*_about(snapshot, found), *_timeline(story)]
    except NotAnId as error:
        print(error, file=sys.stderr)
        return 2
    except (ImproperlyConfigured, psycopg2.Error) as error:
        print(f"The system cannot be read: {str(error).strip()}", file=sys.stderr)
        return 2
    if not story:
        print(
            f"No database knows anything of {arguments[0].strip()}. A request that changed nothing leaves "
            "only lines in the logs, and events are removed after some weeks (docs/monitoring.md).",
            file=sys.stderr,
        )
        return 1
    print("\n".join(lines))
    return 0


def _about(snapshot: Snapshot, found: Found) -> list[str]:
    """What it is about, in a line each."""
    lines = []
    for row in snapshot.all("trading", _ORDERS, found.values()):
        limit = f" at {row['limit_price'].normalize():f}" if row["limit_price"] else ""
        filled = f", {row['filled_quantity']} filled" if row["filled_quantity"] else ""
        why = f" ({row['reject_code']})" if row["reject_code"] else ""
        lines.append(
            f"order {row['id']} of user {row['user_id']}: {row['side']} {row['quantity']} {row['ticker']} "
            f"{row['type']}{limit} {row['time_in_force']}, {row['status']}{why}{filled}"
        )
    return [*lines, *(f"request {request}" for request in sorted(found.requests))]


def _timeline(story: list[Step]) -> list[str]:
    """A line for each step: seconds since the first one and since the one before; then the sum of it."""
    if not story:
        return []
    first = before = story[0].at
    lines = ["", f"from {first.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC", f"{'s':>10} {'+':>9}"]
    longest = (0.0, "")
    for step in story:
        since, pause = (step.at - first).total_seconds(), (step.at - before).total_seconds()
        longest = max(longest, (pause, f"{step.service} {step.what}"))
        lines.append(f"{since:>10.3f} {pause:>9.3f}  {step.service:<13} {step.what}")
        before = step.at
    lines.append(f"\n{len(story)} steps in {(before - first).total_seconds():.3f} s")
    if longest[0]:
        lines[-1] += f"; the longest pause, {longest[0]:.3f} s, was before: {longest[1]}"
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
