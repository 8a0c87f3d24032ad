"""mails: so many that are all due at once, until the SMTP server has the last."""

from __future__ import annotations

import time

from benchmarks.draining import id_of_now
from benchmarks.figures import Figure, Measurement, Run, Size
from benchmarks.mail_receiver import mail_receiver
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import CommandError, say
from compose.local.paths import Home

#: The process that sends.
PROCESS = "notification-delivery"
#: Readers, each of whom gets as many.
READERS = 100
#: Seconds without a mail after which the rest counts as lost.
STALL_S = 60

_STATES = """
SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'sent'),
    extract(epoch FROM min(sent_at)), extract(epoch FROM max(sent_at))
FROM delivery_delivery WHERE notification_id >= %s AND kind = 'operator_news' AND user_id = ANY(%s::uuid[])
"""


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system, whose mail goes to a server beside it."""
    with mail_receiver() as smtp_url, fresh_system(home, smtp_url=smtp_url) as system:
        users = system.inside("user", "users_register", count=READERS)
        system.wait_quiet()
        return [measure_once(system, users, size) for _ in range(runs)]


def measure_once(system: BenchSystem, users: list[str], size: Size) -> Run:
    """One queue of mails. The clock runs from the first to the last that is marked sent.

    Raises:
        CommandError: some were not sent.
    """
    first_id = id_of_now()
    with system.measured() as before:
        count = system.inside("notification", "mails_queue", users=users, count=size.mails)
        sent, end = 0, time.monotonic() + STALL_S
        while True:
            pending, seen, first, last = system.rows("notification", _STATES, [str(first_id), users])[0]
            if not pending:
                break
            if seen > sent:
                sent, end = seen, time.monotonic() + STALL_S
            if time.monotonic() > end:
                raise CommandError(f"Of {count} mails {seen} were sent, and no other within {STALL_S} s.")
            time.sleep(0.25)
        used = system.cpu.since(before)
    if seen != count:
        raise CommandError(f"Of {count} mails {seen} were sent.")
    rate = (seen - 1) / max(float(last - first), 0.001)
    cpu = used.seconds[PROCESS] / seen * 1000
    say(f"  mails: {rate:,.0f} a second, {cpu:.2f} ms of CPU each")
    return Run({"rate": rate, "cpu": cpu})


MEASUREMENT = Measurement(
    name="mails",
    title="Mails",
    about="20,000 mails, HTML and text, to 100 readers, are due at once and go to an SMTP server on the same "
    "machine (aiosmtpd, in a process of its own): from the first that is marked sent to the last. Each is "
    "rendered, handed over and marked by itself, so that a crash repeats one at most. CPU of that process.",
    figures=(
        Figure("rate", "handed over and marked", "mails/s"),
        Figure("cpu", "CPU of a mail", "ms", digits=2),
    ),
    measure=measure,
)
