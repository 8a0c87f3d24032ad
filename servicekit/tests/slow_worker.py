"""``python -m servicekit.tests.slow_worker``: a real worker of the test project whose handler is slow.

Every event leaves a user of its name, so that one that acted twice would be refused by the database.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from servicekit.celery import service_celery

#: Seconds that each event takes.
PAUSE = 0.01


def main() -> int:
    """Work until SIGTERM."""
    app = service_celery("trading_service")
    from django.contrib.auth import get_user_model

    from servicekit.messaging.operate.worker import work
    from servicekit.testing.project import subscriptions

    def handler(message: Any) -> None:
        time.sleep(PAUSE)
        get_user_model().objects.create(username=str(message.id))

    subscriptions.calls.append(handler)
    return work(app)


if __name__ == "__main__":
    sys.exit(main())
