"""The system under test as what faults are done to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.target import Target
from tests.system import System


@pytest.fixture(scope="session")
def target(system: System) -> Iterator[Target]:
    """The running system; the checker reads it as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIRZHA_HOME", str(system.home.root))
        yield Target(system.url, system.home)
