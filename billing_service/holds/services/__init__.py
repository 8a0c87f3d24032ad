"""The only writers of holds, and the settlement of fills, many at a time. Amounts are minor units.

Each use-case locks its customers' accounts, sorted by id (``ledger.services``), reads the holds,
decides in memory in the order of the events, and writes everything with one statement per table. A
hold is written under its account's lock only, so what was read is what is changed, and the first to
come decides: the second one finds the hold final.
"""

from billing_service.holds.services.holds_end import holds_expire, holds_void
from billing_service.holds.services.holds_place import holds_place
from billing_service.holds.services.holds_watch import holds_watch
from billing_service.holds.services.orders_settle import orders_settle
