"""The output of the command ``events``, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from servicekit.messaging.models import FailedEvent
from servicekit.messaging.operate.dead_letters import Outcome
from servicekit.messaging.operate.status import Status

#: So much of an error fits a table's cell.
WIDEST = 60


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Left-aligned columns under their names."""
    lines = [tuple(head), *(tuple(map(str, row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def of_status(now: Status) -> str:
    """A line of figures, and the subscribers below."""
    stream = "Redis does not answer" if now.stream_length is None else f"{now.stream_length} on the stream"
    oldest = f" (the oldest for {now.oldest_unsent_seconds:.0f} s)" if now.unsent else ""
    lines = [
        f"{now.service}: {now.unsent} unsent{oldest}, {stream}, "
        f"{now.retrying} tried again, {now.dead} dead letters"
    ]
    if now.replayed:
        lines.append(
            f"  {now.replayed} sent again automatically, as inboxes had missed them; last {now.last_replay}"
        )
    if now.subscribers:
        rows = [
            (s.group, s.lag if s.here else "?", s.pending if s.here else "?", s.acknowledged,
             "" if s.here else "not on the stream")
            for s in now.subscribers
        ]  # fmt: skip
        lines.append(table(("SUBSCRIBER", "UNREAD", "UNACKNOWLEDGED", "ACKNOWLEDGED TO", ""), rows))
    return "\n".join(lines)


def letter_data(row: FailedEvent) -> dict[str, Any]:
    """A dead letter without its envelope."""
    return {
        "id": str(row.event_id),
        "type": row.type,
        "subject": row.subject,
        "stream": row.stream,
        "attempts": row.attempts,
        "first_failed_at": _moment(row.first_failed_at),
        "dead_at": _moment(row.dead_at),
        "error": row.error,
    }


def of_letters(rows: Sequence[FailedEvent]) -> str:
    """A line each; the error shortened."""
    if not rows:
        return "no dead letters"
    return table(
        ("ID", "TYPE", "SUBJECT", "ATTEMPTS", "GIVEN UP", "ERROR"),
        [
            (r.event_id, r.type or "?", r.subject or "?", r.attempts, _moment(r.dead_at), _short(r.error))
            for r in rows
        ],
    )


def of_outcomes(outcomes: Sequence[Outcome]) -> str:
    """A line each."""
    if not outcomes:
        return "no dead letters"
    return table(("ID", ""), [(o.event_id, _short(o.error) or "handled") for o in outcomes])


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"
