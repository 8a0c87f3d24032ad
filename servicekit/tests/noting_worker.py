"""``python -m servicekit.tests.noting_worker``: a real worker whose handler writes down who handled what.

Every event leaves a user named after its subject and sequence, whose number tells the order, and whose
last name is the worker's process id. One that acted twice would be refused by the database.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from servicekit.celery import service_celery

#: Seconds that each event takes, unless the command says another number.
PAUSE = 0.002


def main() -> int:
    """Work until SIGTERM."""
    pause = float(sys.argv[1]) if len(sys.argv) > 1 else PAUSE
    app = service_celery("trading_service")
    from django.contrib.auth import get_user_model

    from servicekit.messaging.operate.worker import work
    from servicekit.testing.project import subscriptions

    def handler(message: Any) -> None:
        time.sleep(pause)
        name = f"{message.subject}:{message.sequence}"
        get_user_model().objects.create(username=name, last_name=str(os.getpid()))

    subscriptions.calls.append(handler)
    return work(app)


if __name__ == "__main__":
    sys.exit(main())
