"""The system's accounts to book on, and the role that the running service has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from django.db import connection

from billing_service.ledger.models import LedgerAccount
from billing_service.tests.ledger.guards.writing import Leg
from servicekit.settings.environment import Environment


@pytest.fixture
def accounts(db: None) -> dict[tuple[str, str], UUID]:
    """The ids of the system's accounts in dollars and euros: ``accounts["fees", "EUR"]``."""
    made = [
        LedgerAccount.objects.create(kind=kind, currency=currency)
        for kind in ("house_cash", "fees", "external")
        for currency in ("USD", "EUR")
    ]
    return {(account.kind, account.currency): account.id for account in made}


@pytest.fixture
def pair(accounts: dict[tuple[str, str], UUID]) -> tuple[Leg, Leg]:
    """Two legs that balance."""
    return (accounts["house_cash", "USD"], 100, "USD"), (accounts["fees", "USD"], -100, "USD")


@pytest.fixture
def application(db: None) -> Iterator[Any]:
    """A connection to the test database as the role that the running service has."""
    env = Environment("billing")
    role = psycopg2.connect(
        host=env.require("BIRZHA_DATABASE_HOST"),
        port=env.get("BIRZHA_DATABASE_PORT", "5432"),
        dbname=connection.settings_dict["NAME"],
        user=env.require("BIRZHA_DATABASE_USER"),
        password=env.require("BIRZHA_DATABASE_PASSWORD"),
    )
    yield role
    role.close()
