"""Given any orders, then the venue, database and all, makes of them what a plain order book makes."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from market_service.instruments.models import Instrument
from market_service.tests.venue.oracle.reference import Change, Expire, Reference, Step
from market_service.tests.venue.oracle.steps import endless_steps
from market_service.tests.venue.oracle.stored import Stored

pytestmark = pytest.mark.django_db

#: Of each history at least; ``BIRZHA_BOOK_STEPS=20000`` for a long one.
STEPS = int(os.environ.get("BIRZHA_BOOK_STEPS", "300"))


@pytest.mark.parametrize(("size", "lot", "available"), [(1, 1, 60), (7, 4, 60), (40, 1, 5)])
def test_the_venue_is_the_reference(
    listed: Any, deliver_many: Any, size: int, lot: int, available: int
) -> None:
    seed = int(os.environ.get("BIRZHA_ORACLE_SEED", random.SystemRandom().randrange(10**9)))
    print(f"BIRZHA_ORACLE_SEED={seed}")  # shown when it fails
    instrument = listed("AAPL", price="1.00", previous_close="1.00", issued_quantity=100, lot_size=lot)
    Instrument.objects.update(available_quantity=available)
    plain = Reference(quote=100, available=available, lot=lot)
    venue = Stored(instrument, Reference(quote=100, available=available, lot=lot), deliver_many)
    taken = 0
    for batch in transactions(endless_steps(seed), size):
        for step in batch:
            plain.take(step)
        venue.run(batch)
        venue.assert_is(plain)
        taken += len(batch)
        if taken >= STEPS and len(plain.trades) > STEPS // 10:  # a long halt makes a longer history
            break


def transactions(steps: Iterable[Step], size: int) -> Iterator[list[Step]]:
    """The steps in transactions of at most ``size``; a quote stays fresh here."""
    batch: list[Step] = []
    for step in steps:
        if isinstance(step, Change) and step.fresh is not None:
            continue
        alone = isinstance(step, Change | Expire)
        if batch and (alone or len(batch) == size):
            yield batch
            batch = []
        if alone:
            yield [step]
        else:
            batch.append(step)
