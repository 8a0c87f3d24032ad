"""Random steps for one instrument, as a hypothesis strategy and, for long runs, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count, islice

from hypothesis import strategies as st

from market_service.tests.venue.oracle.reference import Cancel, Change, Expire, Step, Submit

#: Few prices, few customers and small sizes: so that orders meet.
PRICES = (95, 105)

_FORCES = ["day", "gtc", "gtc", "ioc", "fok"]


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Up to forty steps of all kinds."""
    made: list[Step] = []
    for name in range(draw(st.integers(1, 40))):
        kind = draw(st.sampled_from(["limit"] * 6 + ["market", "whole", "cancel", "expire", "change"]))
        known = st.integers(0, name + 1)
        if kind == "cancel":
            made.append(Cancel(draw(known)))
        elif kind == "expire":
            made.append(Expire(draw(known)))
        elif kind == "change":
            made.append(draw(_changes))
        else:
            made.append(
                Submit(
                    name,
                    draw(st.integers(1, 4)),
                    draw(st.booleans()),
                    kind,
                    draw(st.sampled_from(_FORCES)) if kind == "limit" else "ioc",
                    draw(st.integers(1, 12)),
                    draw(st.integers(*PRICES)),
                )
            )
    return made


_changes: st.SearchStrategy[Step] = st.one_of(
    st.builds(Change, quote=st.integers(*PRICES)),
    st.builds(Change, spread=st.integers(0, 3)),
    st.builds(Change, house=st.booleans()),
    st.builds(Change, open=st.booleans()),
    st.builds(Change, fresh=st.booleans()),
    st.builds(Change, issue=st.integers(1, 20)),
)


def random_steps(seed: int, number: int) -> list[Step]:
    """The first of :func:`endless_steps`."""
    return list(islice(endless_steps(seed), number))


def endless_steps(seed: int) -> Iterator[Step]:
    """Step after step, most of them orders, the same for the same seed."""
    dice = random.Random(seed)
    for name in count():
        roll = dice.random()
        if roll < 0.12:
            yield Cancel(dice.randrange(name + 2))
        elif roll < 0.15:
            yield Expire(dice.randrange(name + 1))
        elif roll < 0.19:
            yield dice.choice(
                [
                    Change(quote=dice.randint(*PRICES)),
                    Change(spread=dice.randint(0, 3)),
                    Change(house=dice.random() < 0.8),
                    Change(open=dice.random() < 0.7),
                    Change(fresh=dice.random() < 0.8),
                    Change(issue=dice.randint(1, 9)),
                ]
            )
        else:
            kind = dice.choices(["limit", "market", "whole"], [8, 1, 1])[0]
            yield Submit(
                name,
                dice.randint(1, 6),
                dice.random() < 0.5,
                kind,
                dice.choice(_FORCES) if kind == "limit" else "ioc",
                dice.randint(1, 12),
                dice.randint(*PRICES),
            )
