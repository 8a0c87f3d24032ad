"""``python -m servicekit.tests.task_worker``: a real worker of the test project, a task each half second.

Each run leaves a user whose name begins with the process id of the database's backend that served it.
"""

from __future__ import annotations

import sys

from servicekit.celery import service_celery


def main() -> int:
    """Work until SIGTERM."""
    app = service_celery("trading_service")
    from django.contrib.auth import get_user_model
    from django.db import connection

    from servicekit.ids import new_id
    from servicekit.messaging.operate.worker import work

    @app.task(name="backend_note")
    def backend_note() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        get_user_model().objects.create(username=f"{backend}-{new_id()}")

    app.conf.beat_schedule = {"note": {"task": "backend_note", "schedule": 0.5}}
    return work(app)


if __name__ == "__main__":
    sys.exit(main())
