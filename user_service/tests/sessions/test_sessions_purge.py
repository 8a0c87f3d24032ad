"""Sessions that ended long ago are forgotten, the others are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from user_service.sessions.models import Session
from user_service.sessions.tasks import purge_ended_sessions

pytestmark = pytest.mark.django_db


def test_purge(alice):
    now = timezone.now()

    def session(**days: int) -> Session:
        moments = {name: now + timedelta(days=value) for name, value in days.items()}
        reason = "signed_out" if "revoked_at" in days else ""
        return Session.objects.create(user=alice, revoked_reason=reason, **moments)

    kept = {
        session(created_at=-40, expires_at=1).pk,
        session(created_at=-40, expires_at=-29).pk,
        session(created_at=-40, expires_at=1, revoked_at=-29).pk,
    }
    session(created_at=-60, expires_at=-31)
    session(created_at=-60, expires_at=-1, revoked_at=-31)

    assert purge_ended_sessions() == 2
    assert set(Session.objects.values_list("pk", flat=True)) == kept
    assert purge_ended_sessions() == 0


def test_it_is_on_the_schedule():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} >= {purge_ended_sessions.name}
