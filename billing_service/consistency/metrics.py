"""Metrics of the books, read from the database on each scrape, so that every process returns the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)


class BooksCollector(Collector):
    """The journal's head, how far it was checked, breaches, frozen accounts, overdue holds."""

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the database is asked only when metrics are."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            yield from list(_metrics())
        except (DatabaseError, InterfaceError) as error:
            log.warning("no metrics of the books: %s", error)


def _metrics() -> Iterator[Metric]:
    from billing_service.consistency.models import ConsistencyMark
    from billing_service.holds.selectors import holds_overdue
    from billing_service.ledger.models import LedgerAccount
    from billing_service.ledger.selectors import journal_head

    mark = ConsistencyMark.objects.first() or ConsistencyMark()
    head = journal_head()
    frozen = LedgerAccount.objects.filter(frozen_at__isnull=False).count()
    checked = mark.checked_at or datetime.fromtimestamp(0, UTC)
    overdue, _ = holds_overdue()
    yield GaugeMetricFamily("billing_journal_entries", "Entries in the journal.", head.number)
    yield GaugeMetricFamily(
        "billing_journal_unchecked_entries", "Entries not checked yet.", head.number - mark.number
    )
    yield GaugeMetricFamily(
        "billing_consistency_checked_timestamp_seconds", "When the books were last checked.",
        checked.timestamp(),
    )  # fmt: skip
    yield CounterMetricFamily("billing_consistency_breaches", "Breaches found.", mark.breaches)
    yield GaugeMetricFamily("billing_accounts_frozen", "Accounts that are frozen now.", frozen)
    yield GaugeMetricFamily("billing_holds_overdue", "Holds pending beyond their time.", overdue)
