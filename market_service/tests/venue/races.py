"""Calls at the same moment, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import IntegrityError, connection


def all_at_once(calls: list[Callable[[], object]]) -> None:
    """Run the calls in threads, each with a database connection of its own; the first error is raised."""

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(run, calls))


def tried_again(call: Callable[[], Any], failed: list[IntegrityError] | None = None) -> Callable[[], Any]:
    """As the consumer does when an order meets a cancel that has just been committed."""

    def run() -> Any:
        while True:
            try:
                return call()
            except IntegrityError as error:
                if failed is not None:
                    failed.append(error)

    return run
