"""Calls at the same moment, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError

from servicekit.testing.threads import at_once


def all_at_once(calls: list[Callable[[], object]]) -> None:
    """Run the calls in threads, each with a database connection of its own; the first error is raised."""
    for outcome in at_once(calls, threads=32):
        if isinstance(outcome, Exception):
            raise outcome


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
