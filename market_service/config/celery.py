"""The Celery application; its worker also consumes events, relays the outbox and moves the quotes."""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import worker_init
from django.db import DatabaseError

from servicekit.celery import service_celery

app = service_celery("market_service")

log = logging.getLogger(__name__)


@worker_init.connect
def tick_at_once(**_: Any) -> None:
    """Renew the quotes before the first event is handled.

    Orders that waited while the worker was away would be refused as ``quote_stale`` otherwise.
    """
    from market_service.venue.services import market_advance

    try:
        market_advance()
    except DatabaseError as error:  # it is due until it is done
        log.warning("the quotes could not be refreshed at the start: %s", error)
