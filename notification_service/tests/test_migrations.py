"""The migrations make the tables that the models describe."""

from __future__ import annotations

import pytest

from servicekit.testing.migrations import missing_migrations


@pytest.mark.django_db
def test_no_model_has_changed_without_its_migration() -> None:
    assert missing_migrations() == ""
