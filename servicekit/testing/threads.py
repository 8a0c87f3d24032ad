"""Races: calls in threads that start at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(calls: Iterable[Callable[[], Any]], *, threads: int = 16) -> list[Any]:
    """Run calls, ``threads`` at a time.

    Returns:
        What each returned or raised, in their order.
    """
    calls = list(calls)
    threads = min(threads, len(calls))
    start = Barrier(threads)

    def run(worker: int) -> list[Any]:
        results: list[Any] = []
        try:
            connection.ensure_connection()
            start.wait()
            for call in calls[worker::threads]:
                try:
                    results.append(call())
                except Exception as error:
                    results.append(error)
        finally:
            connection.close()
        return results

    with ThreadPoolExecutor(threads) as pool:
        shares = list(pool.map(run, range(threads)))
    return [shares[number % threads][number // threads] for number in range(len(calls))]
