"""Tasks that are run when there is something for them to do, which is looked for every second.

As entries of Celery's schedule, which go through Redis, such looks cost 12 ms of CPU each, and a second has
several of them. Here one prepared statement asks for all of a service's, also while there is no Redis.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

from celery import Celery, Task
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from servicekit.database import Statement, plan_for_any_size
from servicekit.messaging.threads import fresh_connections
from servicekit.settings.schedule import DUE_TASKS_PERIOD_S


class DueTasks:
    """The service's ``DUE_TASKS``: paths of tasks, each with that of the selector which tells that it is due.

    That takes no arguments. Its queryset has rows as long as there is something to do, and compares times
    with the database's own, for it is compiled once.
    """

    def __init__(self, app: Celery) -> None:
        selectors: list[Callable[[], QuerySet]] = [import_string(path) for _, path in settings.DUE_TASKS]
        queries = [select().order_by().values("pk").query.sql_with_params() for select in selectors]
        # its values are part of the text: only then is it planned with the indexes of some rows alone
        compose: Callable[[str, tuple], str] = connection.ops.compose_sql  # type: ignore[attr-defined]
        questions = [f"EXISTS ({compose(*query)})" for query in queries]
        self._tasks = [app.tasks[name] for name, _ in settings.DUE_TASKS]
        self._statement = Statement("SELECT " + ", ".join(questions).replace("%", "%%"))

    def run(self, stop: threading.Event) -> None:
        """Look and work until asked to stop. Raises what PostgreSQL raises; a task's failure is logged."""
        plan_for_any_size()
        while not stop.wait(DUE_TASKS_PERIOD_S):
            with fresh_connections():
                self.run_once()

    def run_once(self) -> None:
        """Look once, and run here, one after the other, the tasks that are due."""
        for task in self.due():
            task.apply()

    def due(self) -> list[Task]:
        """The tasks that have something to do."""
        with connection.cursor() as cursor:
            cursor.execute(self._statement)
            return list(itertools.compress(self._tasks, cursor.fetchone()))
