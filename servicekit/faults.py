"""Points at which a process of a test system kills itself, as a machine that loses its power would.

Only a process that was started with ``BIRZHA_FAULTS=<folder>`` looks; any other finds a variable that
is empty. A point is armed by the file ``<folder>/<service>.<point>``; the process that reaches it first
removes the file and dies by SIGKILL, so that nothing is finished, flushed or rolled back on the way.

The windows (each is between two steps of which a crash must not lose or double anything):

========================  =====================================================================
``request.before_commit``  a POST with an Idempotency-Key has done its work, nothing is committed
``request.after_commit``   it is committed, the client has no answer
``relay.before_send``      events are committed, the stream does not have them
``relay.after_send``       the stream has them, the outbox does not know
``consumer.after_read``    a consumer has read a batch and done nothing
``consumer.before_commit`` its effects are written, nothing is committed
``consumer.after_commit``  they are committed, nothing is acknowledged
``day.before_close``       every quote is told at the day's close, the day is not closed
``day.after_close``        the day is closed, its orders ``day`` still stand in the book
``split.after_halt``       trading is halted for a split, its orders still stand in the book
``split.after_cancel``     they are canceled, the split is not recorded
``split.after_record``     it is recorded, and trading_service does not know of it
``split.before_commit``    every position is split, nothing is committed
``split.after_commit``     it is committed, no holder was told
``delivery.before_send``   a message is claimed, nobody has it
``delivery.after_send``    its receiver has it, its row does not say so
``closing.before_commit``  a person is erased whose account is closed, nothing is committed
``closing.after_commit``   it is committed, and no other service knows
========================  =====================================================================
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

#: Where the points of this process are armed; empty in every system that is not a test's.
FOLDER = os.environ.get("BIRZHA_FAULTS", "")


def fault_point(name: str) -> None:
    """Die here, if a test asked for it; otherwise do nothing.

    Args:
        name: one of the points above.
    """
    if not FOLDER:
        return
    from django.conf import settings

    armed = Path(FOLDER) / f"{settings.SERVICE_NAME}.{name}"
    try:
        armed.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
