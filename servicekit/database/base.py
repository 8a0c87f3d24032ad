"""``ENGINE = "servicekit.database"``: Django loads ``DatabaseWrapper`` from the module ``base`` of it."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.db.backends.postgresql import base
from psycopg2 import extensions

from servicekit.contracts import parse_id
from servicekit.database.pipeline import Connection, Cursor

#: Seconds for which a connection that answered counts as one that answers.
TRUSTED = 1.0

# A plan is made once, for tables of any size: through the indexes, as it must be when they are large. A page
# costs as good as nothing, so that a few look-ups are cheaper than an index from end to end though it has
# but a hundred rows when the plan is made.
ANY_SIZE = """
SET plan_cache_mode = force_generic_plan;
SET random_page_cost = 0.01;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off
"""


def _read_id(text: Any, cursor: Any) -> UUID | None:
    return None if text is None else parse_id(text)


# In the place of psycopg2's own, which makes each id anew; 2950 is PostgreSQL's number of the type uuid.
extensions.register_type(extensions.new_type((2950,), "UUID", _read_id))


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with fewer round trips and fewer connection checks.

    A connection check is a round trip, 7 % of the CPU of placing an order, so it runs once a second and
    not before every request. When the server went away less than :data:`TRUSTED` ago, the first request
    on a connection fails instead of connecting anew: it is answered with 503, and the connection is dropped.

    Attributes:
        plans_for_any_size: see :func:`servicekit.database.plan_for_any_size`.
    """

    health_check_enabled: bool
    health_check_done: bool
    plans_for_any_size = False
    _answered_at = 0.0

    def get_connection_params(self) -> dict[str, Any]:
        """Django's own, with connections and cursors that know a ``Statement``."""
        return {
            **super().get_connection_params(),
            "connection_factory": Connection,
            "cursor_factory": Cursor,
        }

    def init_connection_state(self) -> None:
        """See Django's own; called for each new connection."""
        super().init_connection_state()
        if self.plans_for_any_size:
            with self.connection.cursor() as cursor:
                cursor.execute(ANY_SIZE)

    def close_if_health_check_failed(self) -> None:
        """See Django's own; called before the first query of each request and task."""
        if self.health_check_enabled and not self.health_check_done:
            if time.monotonic() - self._answered_at < TRUSTED:
                self.health_check_done = True
                return
            super().close_if_health_check_failed()
            self._answered_at = time.monotonic()
