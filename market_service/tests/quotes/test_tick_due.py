"""The feed's next tick is due by the database's clock, and needs nothing but the database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from market_service.config.celery import app
from market_service.quotes.models import Quote, QuoteFeed
from market_service.venue.selectors import tick_due
from market_service.venue.services import market_advance
from servicekit.messaging.operate.due_tasks import DueTasks
from servicekit.settings.schedule import DUE_TASKS_PERIOD_S

#: A task looks at its connection, and would close that of a test in a transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def later(seconds: float) -> None:
    """Let so much time go by since the last tick."""
    QuoteFeed.objects.update(confirmed_at=F("confirmed_at") - timedelta(seconds=seconds))


def test_a_tick_is_due_after_its_period_to_the_nearest_look(settings: Any, listed: Any) -> None:
    assert not tick_due().exists()  # there is nothing to give a quote
    listed("AAPL")
    assert tick_due().exists()
    market_advance()
    assert not tick_due().exists()
    later(settings.QUOTE_PERIOD - DUE_TASKS_PERIOD_S)
    assert not tick_due().exists()
    later(DUE_TASKS_PERIOD_S / 2)
    assert tick_due().exists()


def test_prices_move_while_redis_is_away(
    settings: Any, listed: Any, django_assert_num_queries: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.QUOTE_FEED = "simulated"
    settings.REDIS_URL = "unix:///nowhere.sock"
    listed("AAPL", price="430.47")
    due_tasks, seen = DueTasks(app), set[Decimal]()
    for _ in range(5):
        due_tasks.run_once()
        with django_assert_num_queries(1):
            due_tasks.run_once()
        later(settings.QUOTE_PERIOD)
        seen.add(Quote.objects.get().price)
    assert len(seen) > 1
    assert "quotes were not sent" in caplog.text
