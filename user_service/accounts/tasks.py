"""Periodic work on accounts."""

from __future__ import annotations

from celery import shared_task

from user_service.accounts.services import attempts_purge, daily_counts_purge, links_purge


@shared_task
def forget_sign_in_attempts() -> int:
    """Every hour: forget wrong passwords of long ago."""
    return attempts_purge()


@shared_task
def forget_links() -> int:
    """Every hour: forget links of mails that have expired."""
    return links_purge()


@shared_task
def forget_daily_counts() -> int:
    """Every hour: forget what was counted on past days."""
    return daily_counts_purge()
