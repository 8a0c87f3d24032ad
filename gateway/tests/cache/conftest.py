"""Who counts the requests that get through to the service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.tests.running import System


@pytest.fixture
def asked(system: System) -> Callable[[str], int]:
    """How many requests for an address have reached the service, by whatever method."""

    def count(address: str) -> int:
        return sum(path == address for _, path in system.services["market"].requests)

    return count
