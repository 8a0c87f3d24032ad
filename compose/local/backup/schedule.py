"""The process ``backups``, where BIRZHA_BACKUP_EVERY_H is set: makes a backup when due, removes the oldest.

What it does goes to its log as JSON lines. One that fails is tried again after ten minutes. Prometheus reads
on the socket ``backups.sock`` how old the latest is.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from compose.local.backup import choices, make
from compose.local.backup.folder import backups_of, chosen_folder, made_at, prune
from compose.local.console import CommandError, log_line
from compose.local.paths import Home
from servicekit.messaging.operate.metrics_socket import MetricsSocket

#: Seconds between two looks; after one that failed.
LOOK_S, RETRY_S = 60.0, 600.0
log = partial(log_line, "backups")

#: What Prometheus reads.
METRICS = CollectorRegistry()
_failed = Counter("birzha_backup_failures", "Scheduled backups that could not be made", registry=METRICS)


class BackupAgeCollector(Collector):
    """How old the latest backup is, looked up at each scrape.

    Args:
        since: when looking began: what the age is counted from while there is no backup.
    """

    def __init__(self, home: Home, folder: Path, every: timedelta, since: datetime) -> None:
        self.home, self.folder, self.every, self.since = home, folder, every, since

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering reads no folder."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        there = backups_of(self.home, self.folder)
        age = datetime.now(UTC) - (made_at(there[-1]) if there else self.since)
        yield GaugeMetricFamily(
            "birzha_backup_age_seconds",
            "Since the latest backup, or since one is waited for",
            age.total_seconds(),
        )
        yield GaugeMetricFamily(
            "birzha_backup_interval_seconds", "BIRZHA_BACKUP_EVERY_H", self.every.total_seconds()
        )
        yield GaugeMetricFamily("birzha_backups", "Backups of this system in its folder", len(there))
        size = there[-1].stat().st_size if there else 0
        yield GaugeMetricFamily("birzha_backup_bytes", "Size of the latest backup", size)


def step(home: Home, folder: Path, every: timedelta, kept: int) -> Path | None:
    """Make a backup if the latest is older than ``every``, or there is none; then only ``kept`` stay.

    Returns:
        The new one.

    Raises:
        CommandError: it could not be made; nothing is removed then.
    """
    there = backups_of(home, folder)
    if there and datetime.now(UTC) - made_at(there[-1]) < every:
        return None
    file = make.make(home, folder)
    for old in prune(home, folder, kept):
        log("info", "removed a backup", file=str(old))
    return file


def main() -> int:
    """Look until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    home = Home.here()
    state = home.read_state()
    every = timedelta(hours=int(state[choices.EVERY]))
    kept = int(state.get(choices.KEPT) or choices.DEFAULT_KEPT)
    folder = chosen_folder(home, {})
    METRICS.register(BackupAgeCollector(home, folder, every, datetime.now(UTC)))
    MetricsSocket(str(home.socket("backups")), METRICS).start()
    log("info", "making backups", folder=str(folder), every_h=state[choices.EVERY], kept=kept)
    pause = LOOK_S  # a system that has just been started is busy
    while not stop.wait(pause):
        try:
            if file := step(home, folder, every, kept):
                log("info", "made a backup", file=str(file), bytes=file.stat().st_size)
            pause = LOOK_S
        except (OSError, CommandError) as error:
            _failed.inc()
            log("error", str(error), event="backup.failed")
            pause = RETRY_S
    return 0


if __name__ == "__main__":
    sys.exit(main())
