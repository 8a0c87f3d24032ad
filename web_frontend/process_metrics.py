"""What the pages cost: CPU and memory of all their processes together, as Prometheus text.

gunicorn has several (BIRZHA_PAGES_WORKERS), and whichever is free answers, which alone would tell of itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

#: Where Linux tells of processes; elsewhere nothing is told.
PROC = Path("/proc")
#: Of ``/proc/<pid>/stat`` after the name in brackets (proc_pid_stat(5)): ticks of CPU, pages of memory.
_USER, _SYSTEM, _RESIDENT = 11, 12, 21


class ProcessesCollector(Collector):
    """Sums over this process and those that the same master has begun, by prometheus_client's names."""

    def collect(self) -> Iterator[Metric]:
        """As they are now. The seconds of a process go with it, as when it is started anew."""
        ticks = pages = 0
        for pid in _siblings():
            with suppress(FileNotFoundError, ProcessLookupError):
                fields = (PROC / str(pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
                ticks += int(fields[_USER]) + int(fields[_SYSTEM])
                pages += int(fields[_RESIDENT])
        if pages:
            seconds, size = ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")
            yield CounterMetricFamily("process_cpu_seconds", "CPU of the processes", seconds)
            yield GaugeMetricFamily("process_resident_memory_bytes", "Memory of the processes", size)


def metrics(request: HttpRequest) -> HttpResponse:
    """200 with them, in Prometheus's format."""
    return HttpResponse(generate_latest(_PAGES), content_type=CONTENT_TYPE_LATEST)


def _siblings() -> list[int]:
    master = os.getppid()
    try:
        told = (PROC / str(master) / "task" / str(master) / "children").read_text("utf-8")
    except OSError:
        return [os.getpid()]
    return [int(pid) for pid in told.split()]


_PAGES = CollectorRegistry()
_PAGES.register(ProcessesCollector())
