"""One list of services: whatever else has to name them all, the linters and the gateway, names the same."""

from __future__ import annotations

import json
import tomllib
from itertools import chain
from typing import Any

import pytest

from compose import system, testrun
from compose.docker.network import Network
from compose.local.processes import PRIORITIES, PROCESSES, group_of
from compose.system.environment import secrets, service_variables
from gateway.config.routing import route_table
from gateway.config.source import load
from servicekit.contracts.subscribers import SUBSCRIBED_TYPES
from tests.contracts import source
from tests.contracts.source import REPOSITORY

PACKAGES = {service.package for service in system.WEB_SERVERS}
APPS = {
    f"{service.package}.{folder.parent.name}"
    for service in system.SERVICES
    for room in ("*/models*", "*/handlers.py")
    for folder in (REPOSITORY / service.package).glob(room)
}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


def test_every_folder_of_a_service_is_described_and_every_service_has_one() -> None:
    assert {path.name for path in source.SERVICES.values()} | {"web_frontend"} == PACKAGES
    assert all((REPOSITORY / package / "manage.py").is_file() for package in PACKAGES)


def test_the_gateway_knows_every_service_by_the_same_names() -> None:
    gateway = load()
    table = route_table(gateway)
    assert {each.name: each.slug or "" for each in gateway.services} == {
        each.name: each.slug for each in system.WEB_SERVERS
    }
    processes = {process.name for process in system.PROCESSES}
    assert {f"{name}-exports" for name in table.services("files")} <= processes
    assert {f"{name}-passwords" for name in table.services("hashed")} <= processes
    assert {f"{name}-stream" for name in table.services("stream")} <= processes


def test_what_each_subscribes_to_is_listed_for_every_service() -> None:
    assert set(SUBSCRIBED_TYPES) == {service.name for service in system.SERVICES}


def test_linters_and_coverage_look_at_every_service(project: dict[str, Any]) -> None:
    linter = project["tool"]["importlinter"]
    contracts = {contract["name"]: contract for contract in linter["contracts"]}
    services = {service.package for service in system.SERVICES}
    everything = PACKAGES | {"servicekit", "gateway", "compose"}
    measured = {package for packages in testrun.PACKAGES for package in packages}
    assert set(linter["root_packages"]) == measured == everything
    assert set(contracts["No service imports another service"]["modules"]) == PACKAGES | {"gateway"}
    assert set(contracts["servicekit knows no service"]["forbidden_modules"]) == everything - {"servicekit"}
    blind = contracts["Use-cases and reads never see a request"]["source_modules"]
    assert set(blind) == {f"{package}.*.{room}" for package in services for room in ("services", "selectors")}
    layered = contracts["Within an app: what comes in → use-cases → reads → models → errors"]["containers"]
    assert set(layered) == APPS


def test_make_test_runs_every_folder_of_tests() -> None:
    folders = {f"tests/{file.parent.name}" for file in (REPOSITORY / "tests").glob("*/test_*.py")}
    assert folders == {*testrun.STANDALONE, *chain(*testrun.ON_SYSTEMS.values())}
    assert not [*(REPOSITORY / "tests").glob("test_*.py")]


def test_nothing_starts_before_what_it_needs() -> None:
    order = {process.name: PRIORITIES[group_of(process)] for process in PROCESSES}
    names = list(order)
    for process in PROCESSES:
        for needed in process.needs:
            assert order[needed] <= order[process.name]
            assert names.index(needed) < names.index(process.name)


def test_it_can_be_run_by_another_runner() -> None:
    """A command, an environment and what it waits for of every process, without a word of this machine."""
    chosen = {
        "public_url": "https://birzha.example.org",
        "cookie_suffix": "",
        "debug": "",
        "currency": "RUB",
        "feed": "manual",
    }
    passwords = dict.fromkeys(secrets(), "x")
    for process in system.PROCESSES:
        if process.service is None:
            continue
        argv = process.arguments(root="/app", bind="0.0.0.0:8000")
        assert ("0.0.0.0:8000" in argv) == process.type.answers_http
        variables = service_variables(process.service, Network(), passwords, chosen)
        assert len(json.loads(variables.pop("BIRZHA_SERVICES"))) == len(system.SERVICES)
        text = " ".join([*argv, *variables.values()])
        assert not any(word in text for word in (str(REPOSITORY), "unix:", "{", "None")), text
        assert set(process.needs) <= {other.name for other in system.PROCESSES}
    web = service_variables(system.FRONTEND, Network(), passwords, chosen)
    assert web["BIRZHA_GATEWAY_URL"] == "http://gateway:8001"
    assert "BIRZHA_DATABASE_HOST" not in web
