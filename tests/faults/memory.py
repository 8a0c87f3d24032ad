"""What customers had been told at a moment, for when all that came later is lost with a disk."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.customer import Customer


@dataclass(frozen=True)
class Memory:
    """One customer's, as of a moment.

    Attributes:
        calls: key of an intent → how often it had been sent.
        names, alerts: how many had been tried.
        seen: order id → as it was last read.
        cancel_requested: the orders whose cancel request was confirmed.
    """

    calls: Mapping[str, int]
    names: int
    alerts: int
    seen: Mapping[str, dict[str, Any]]
    cancel_requested: Set[str]

    @classmethod
    def of(cls, customer: Customer) -> Memory:
        """What they know now."""
        return cls(
            {key: len(intent.calls) for key, intent in customer.intents.items()},
            len(customer.names),
            len(customer.alerts),
            dict(customer.seen),
            frozenset(customer.cancel_requested),
        )

    def forget_later(self, customer: Customer) -> None:
        """What was answered since counts as never answered: each intent is sent again, with its own key.

        So it is done again where it was lost, and gets the old answer where it was not.
        """
        for key, intent in customer.intents.items():
            del intent.calls[self.calls.get(key, 0) :]
        later = customer.names[self.names :]
        customer.names[self.names :] = [replace(call, status=0) for call in later]
        del customer.alerts[self.alerts :]
        customer.seen = dict(self.seen)
        customer.cancel_requested = set(self.cancel_requested)
        customer.cancels.clear()
