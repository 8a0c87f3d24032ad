"""Who may say what, who listens to what, and that services know each other by events alone."""

from __future__ import annotations

import pytest

from servicekit.contracts import REGISTRY
from servicekit.contracts.user import SessionRevoked
from tests.contracts.source import REPOSITORY, SERVICES, published, said, subscribed

PROJECT = {path.name for path in REPOSITORY.iterdir() if (path / "__init__.py").is_file()}


@pytest.mark.parametrize("service", SERVICES)
def test_every_subscription_names_a_contract(service):
    keys = list(subscribed(SERVICES[service]))

    assert [written for written, contract in keys if contract not in REGISTRY.values()] == []
    assert len({contract for _, contract in keys}) == len(keys)


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"user"}))
def test_whoever_checks_tokens_hears_of_ended_sessions(service):
    assert SessionRevoked in {contract for _, contract in subscribed(SERVICES[service])}


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_listens_to_themselves(service):
    assert [
        contract.TYPE
        for _, contract in subscribed(SERVICES[service])
        if contract is not None and contract.TYPE.startswith(f"{service}.")
    ] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_only_its_own_contracts(service):
    foreign = [
        f"{module}:{line}: {contract.TYPE}"
        for module, line, contract in said(SERVICES[service])
        if contract.__module__ != f"servicekit.contracts.{service}"
    ]

    assert foreign == []


@pytest.mark.parametrize("service", SERVICES)
def test_only_use_cases_publish(service):
    elsewhere = [
        f"{module}:{line}"
        for module, line in published(SERVICES[service])
        if "services" not in {*module.path.parts, module.path.stem}
    ]

    assert elsewhere == []


#: Understood first, said a release later: so both versions of a publisher find a subscriber (docs/adr/0018).
SAID_LATER = {
    "trading.order.placed.v2", "trading.order.submitted.v2", "trading.order.filled.v2",
    "trading.order.canceled.v2",
}  # fmt: skip
