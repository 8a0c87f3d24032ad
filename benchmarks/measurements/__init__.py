"""The measurements, one a file, in the order in which they are shown."""

from __future__ import annotations

from benchmarks.figures import Measurement
from benchmarks.measurements import (
    book,
    candles,
    drain,
    gateway,
    growth,
    idle,
    intake,
    isolation,
    latency,
    mails,
    page_times,
    pages,
    search,
    services,
    sign_ins,
    stream,
)

MEASUREMENTS: tuple[Measurement, ...] = (
    drain.MEASUREMENT,
    book.MEASUREMENT,
    intake.MEASUREMENT,
    latency.MEASUREMENT,
    growth.MEASUREMENT,
    idle.MEASUREMENT,
    gateway.MEASUREMENT,
    services.MEASUREMENT,
    pages.MEASUREMENT,
    page_times.MEASUREMENT,
    search.MEASUREMENT,
    candles.MEASUREMENT,
    stream.MEASUREMENT,
    isolation.MEASUREMENT,
    sign_ins.MEASUREMENT,
    mails.MEASUREMENT,
)
