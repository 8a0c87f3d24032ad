"""Who may say what, who listens to what, and that services know each other by events alone."""

from __future__ import annotations

import ast
import sys

import pytest

from servicekit.contracts import REGISTRY
from servicekit.contracts.user import SessionRevoked
from tests.contracts.source import REPOSITORY, SERVICES, events_made, modules, published, subscribed

PROJECT = {path.name for path in REPOSITORY.iterdir() if (path / "__init__.py").is_file()}


@pytest.mark.parametrize("service", SERVICES)
def test_every_subscription_names_a_contract(service):
    keys = list(subscribed(SERVICES[service]))

    assert [written for written, contract in keys if contract not in REGISTRY.values()] == []
    assert len({contract for _, contract in keys}) == len(keys)


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"user"}))
def test_whoever_checks_tokens_receives_ended_sessions(service):
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
        for module, line, contract in events_made(SERVICES[service])
        if not f"{contract.__module__}.".startswith(f"servicekit.contracts.{service}.")
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


#: Said by the release before: understood as long as one may be under way.
OLDER_TYPES = {f"trading.order.{what}.v1" for what in ("placed", "submitted", "filled", "canceled")}


def test_every_contract_is_said_by_somebody():
    contracts = {contract for package in SERVICES.values() for _, _, contract in events_made(package)}

    assert {contract.TYPE for contract in set(REGISTRY.values()) - contracts} == OLDER_TYPES


def test_what_was_said_before_is_understood():
    subscribed_to = {contract for package in SERVICES.values() for _, contract in subscribed(package)}

    assert {contract.TYPE for contract in subscribed_to if contract is not None} >= OLDER_TYPES


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_imports_another(service):
    package = SERVICES[service]
    strangers = PROJECT - {package.name, "servicekit"}
    found = [
        f"{module} imports {name}"
        for module in modules(package, tests=True)
        for name in module.imports()
        if name.partition(".")[0] in strangers
    ]

    assert found == []


@pytest.mark.parametrize("package", ["servicekit", "web_frontend"])
def test_what_is_no_service_imports_none_either(package):
    services = {path.name for path in SERVICES.values()}
    found = [
        f"{module} imports {name}"
        for module in modules(REPOSITORY / package)
        for name in module.imports()
        if name.partition(".")[0] in services
    ]

    assert found == []


def test_contracts_need_only_the_standard_library():
    allowed = sys.stdlib_module_names | {"servicekit.contracts", "servicekit.money"}
    found = [
        f"{module} imports {name}"
        for module in modules(REPOSITORY / "servicekit" / "contracts")
        for name in module.imports()
        if name.partition(".")[0] not in allowed and ".".join(name.split(".")[:2]) not in allowed
    ]

    assert found == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_signals_for_business_logic(service):
    found = [
        f"{module}:{node.lineno}"
        for module in modules(SERVICES[service])
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.db.models.signals"
    ]

    assert found == []
