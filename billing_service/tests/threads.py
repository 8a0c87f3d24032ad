"""Races: many threads that start at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def race(actions: Sequence[Callable[[], Any]], *, threads: int = 16) -> list[Any]:
    """Run all actions, ``threads`` at a time; what each returned or raised, in their order."""
    threads = min(threads, len(actions))
    start = Barrier(threads)

    def run(worker: int) -> list[Any]:
        results: list[Any] = []
        try:
            start.wait()
            for action in actions[worker::threads]:
                try:
                    results.append(action())
                except Exception as error:
                    results.append(error)
        finally:
            connection.close()
        return results

    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(run, range(threads)))
    return [results[number % threads][number // threads] for number in range(len(actions))]
