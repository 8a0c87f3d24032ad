"""One side of a book, the best first."""

from __future__ import annotations

from bisect import insort_right
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from market_service.venue.matching.orders import Order


class Side:
    """The resting orders of one side of a book, the best first, read as far as they are needed.

    Args:
        stored: the first of them.
        more: gives those that follow a stored order, or the first if there is none yet; no more: an empty
            list. None: ``stored`` are all.
    """

    __slots__ = ("_fresh", "_head", "_more", "_stored")

    def __init__(
        self,
        stored: Sequence[Order] = (),
        more: Callable[[Order | None], Sequence[Order]] | None = None,
    ) -> None:
        self._stored, self._more = list(stored), more
        self._fresh: list[Order] = []
        self._head = 0

    def add(self, order: Order) -> None:
        """Put an order behind all of its price."""
        order.resting = True
        insort_right(self._fresh, order, key=attrgetter("rank"))

    def __bool__(self) -> bool:
        """Whether there may be any."""
        return bool(self._stored or self._fresh or self._more)

    def __iter__(self) -> Iterator[Order]:
        """Those that rest, while the caller takes some away; stored ones came before fresh ones."""
        fresh = iter([order for order in self._fresh if order.resting])
        place, new = self._head, next(fresh, None)
        while True:
            if place == len(self._stored) and not self._read_on():
                old = None
            else:
                old = self._stored[place]
                if not old.resting:
                    self._head += self._head == place
                    place += 1
                    continue
            if old is not None and (new is None or old.rank <= new.rank):
                yield old
                place += 1
            elif new is not None:
                yield new
                new = next(fresh, None)
            else:
                return

    def _read_on(self) -> bool:
        """Whether there are more stored ones."""
        if self._more is None:
            return False
        page = self._more(self._stored[-1] if self._stored else None)
        if not page:
            self._more = None
            return False
        self._stored.extend(page)
        return True
