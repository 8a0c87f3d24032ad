"""One gateway of small buckets for all tests of the limits, and people whom it has never seen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from gateway.tests.limits.asking import gateway
from gateway.tests.running import System
from gateway.tests.tokens import bearer


@pytest.fixture(scope="package")
def limited() -> Iterator[System]:
    """One gateway for all who are new to it: their buckets are full."""
    with gateway() as system:
        yield system


_numbers = itertools.count(2)


@pytest.fixture
def address() -> str:
    """An address that nobody has come from."""
    return f"127.0.0.{next(_numbers)}"


@pytest.fixture
def client(limited: System, address: str) -> Iterator[httpx.Client]:
    with limited.outside(address) as client:
        yield client


@pytest.fixture
def anna() -> dict[str, str]:
    """The headers of somebody who has asked for nothing."""
    return bearer(f"anna-{uuid4().hex}")


@pytest.fixture
def visitor() -> dict[str, str]:
    """What the frontend says of a visitor that it has not had."""
    return {"X-Forwarded-For": f"203.0.113.{next(_numbers)}"}
