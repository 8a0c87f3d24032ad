"""Tasks that are run when there is something to do, and only then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from celery import Celery
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.db.models.functions import Now

from servicekit.messaging.operate.celery_watchdog import NEXT_S, STALLED_AFTER_S, CeleryWatchdog
from servicekit.messaging.operate.due_tasks import DueTasks

User: Any = get_user_model()

#: A task looks at its connection, and would close that of a test in a transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def joined_long_ago() -> QuerySet:
    return User.objects.filter(date_joined__lt=Now() - timedelta(days=1)).order_by("date_joined")


def inactive() -> QuerySet:
    return User.objects.filter(is_active=False)


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def due_tasks(settings: Any, ran: list[str]) -> DueTasks:
    app = Celery("test", set_as_current=False)

    @app.task(name="greet", shared=False)
    def greet() -> None:
        ran.append("greet")
        raise ValueError("nobody to greet")

    @app.task(name="remind", shared=False)
    def remind() -> None:
        ran.append("remind")

    settings.DUE_TASKS = [("greet", f"{__name__}.joined_long_ago"), ("remind", f"{__name__}.inactive")]
    return DueTasks(app)


def test_nothing_to_do_is_one_statement(
    due_tasks: DueTasks, ran: list[str], django_assert_num_queries: Any
) -> None:
    User.objects.create(username="ada")
    with django_assert_num_queries(1):
        due_tasks.run_once()
    assert ran == []


def test_each_is_run_when_it_is_due_by_the_databases_clock(due_tasks: DueTasks, ran: list[str]) -> None:
    user = User.objects.create(username="ada", is_active=False)
    due_tasks.run_once()
    assert ran == ["remind"]
    User.objects.filter(pk=user.pk).update(date_joined=Now() - timedelta(days=2), is_active=True)
    due_tasks.run_once()
    assert ran == ["remind", "greet"]


def test_one_that_fails_is_logged_and_stops_no_other(
    due_tasks: DueTasks, ran: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    user = User.objects.create(username="ada", is_active=False)
    User.objects.filter(pk=user.pk).update(date_joined=Now() - timedelta(days=2))
    due_tasks.run_once()
    due_tasks.run_once()
    assert ran == ["greet", "remind"] * 2
    assert "nobody to greet" in caplog.text


def test_they_do_not_tell_that_celery_takes_its_tasks(
    due_tasks: DueTasks, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("servicekit.messaging.operate.celery_watchdog.time.monotonic", lambda: now[0])
    User.objects.create(username="ada", is_active=False)
    watchdog = CeleryWatchdog()
    for _ in range(2):
        watchdog.sent()
        now[0] += STALLED_AFTER_S + NEXT_S
    due_tasks.run_once()
    assert ran == ["remind"]
    assert watchdog.stalled()
