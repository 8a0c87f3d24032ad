"""The alert rules ask for what the running system really tells, and it tells what was done to it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import generate_latest

from compose.local.backup import schedule
from compose.local.backup.folder import chosen_folder
from compose.local.paths import ROOT
from compose.system import PROCESSES
from tests.e2e.people import Person, wait
from tests.e2e.test_operators import sign_in as operators_form
from tests.e2e.tokens import tampered
from tests.system import System

FILE = ROOT / "compose" / "monitoring" / "alerts.yml"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]
]
#: A metric of ours or of Envoy's, and what its labels must be.
_SELECTOR = re.compile(r"\b((?:birzha|billing|envoy|process)_\w+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Series = dict[str, list[tuple[dict[str, str], float]]]


def scraped(system: System, name: str, path: str) -> Series:
    transport = httpx.HTTPTransport(uds=str(system.home.socket(name)))
    with httpx.Client(transport=transport, timeout=60) as client:
        return parsed(client.get(f"http://{name}{path}").raise_for_status().text)


def parsed(text: str) -> Series:
    found: Series = {}
    # prometheus_client's parser would rename Envoy's counters to what it thinks right.
    for metric, labels, value in _SAMPLE.findall(text):
        found.setdefault(metric, []).append((dict(_LABEL.findall(labels)), float(value)))
    return found


def everything(system: System) -> Series:
    found: Series = {}
    names = [each.name for each in PROCESSES if each.service and each.type.answers_http]
    sources = [(name, "/metrics") for name in names]
    for name, path in (*sources, ("gateway-stats", "/stats/prometheus")):
        for metric, samples in scraped(system, name, path).items():
            found.setdefault(metric, []).extend(samples)
    return found | of_backups(system)


def of_backups(system: System) -> Series:
    """What the process of scheduled backups would tell of this system, which has none."""
    schedule.METRICS.register(
        latest := schedule.BackupAgeCollector(
            system.home, chosen_folder(system.home), timedelta(days=1), datetime.now(UTC)
        )
    )
    try:
        return parsed(generate_latest(schedule.METRICS).decode())
    finally:
        schedule.METRICS.unregister(latest)


def fits(labels: dict[str, str], matchers: list[tuple[str, str, str]]) -> bool:
    """As Prometheus matches: a label that is not there is empty, an expression is of the whole value."""
    for name, how, wanted in matchers:
        value = labels.get(name, "")
        same = bool(re.fullmatch(wanted, value)) if how.endswith("~") else value == wanted
        if same == how.startswith("!"):
            return False
    return True


def total(series: Series, selector: str) -> float:
    (parts,) = _SELECTOR.findall(selector)
    found = [value for labels, value in series.get(parts[0], []) if fits(labels, _MATCHER.findall(parts[1]))]
    assert found, f"nothing is told of {selector}"
    return sum(found)


def selectors(rule: dict[str, Any]) -> list[str]:
    return [match.group(0) for match in _SELECTOR.finditer(rule["expr"])]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_queries_metrics_that_exist(system: System, rule: dict[str, Any]) -> None:
    """Before anything has happened, too: of a series that begins with its first event no increase is seen."""
    series = everything(system)
    metrics = selectors(rule)
    assert metrics, "it asks for nothing of ours"
    for selector in metrics:
        total(series, selector)
    assert set(rule["annotations"]) == {"summary", "look"}
    assert rule["labels"]["severity"] in ("warning", "critical")
    for words in re.findall(r'(=~|!=|=)"([^"]*)"', rule["expr"]):
        assert words[1]
    guide = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    assert rule["alert"] in guide, "docs/monitoring.md says nothing of it"


def test_every_alternative_of_a_rule_is_a_value_that_there_is(system: System) -> None:
    series = everything(system)
    for rule in RULES:
        for name, matchers in _SELECTOR.findall(rule["expr"]):
            for label, how, wanted in _MATCHER.findall(matchers):
                if label == "instance":  # Prometheus says which process it has asked
                    continue
                known = {labels.get(label) for labels, _ in series[name]}
                for word in wanted.split("|") if how == "=~" else [wanted]:
                    assert word in known, f"{rule['alert']}: {name}{{{label}}} is never {word}"


def test_the_dashboard_shows_metrics_that_exist_by_labels_that_they_have(
    system: System, person: Person
) -> None:
    def told() -> Series | None:
        found = everything(system)
        return found if "birzha_events_handled_total" in found else None  # of the person's registration

    series: Series = wait(told, "no worker tells that it has handled an event")
    board = json.loads((FILE.parent / "grafana.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel["targets"]:
            metrics = re.sub(r"by \([^)]*\)", "", target["expr"])
            found = [name for name, _ in _SELECTOR.findall(metrics)]
            assert found, f"{panel['title']} asks for nothing of ours"
            for name in found:
                assert name in series, f"{panel['title']}: nobody tells {name}"
            shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"])) - {"instance"}
            for label in shown:
                assert any(label in labels for labels, _ in series[found[0]]), f"{panel['title']}: no {label}"


def by_name(name: str) -> str:
    (rule,) = (rule for rule in RULES if rule["alert"] == name)
    (selector,) = selectors(rule)
    return selector


def test_what_is_done_moves_the_rules(system: System, person: Person) -> None:
    before = everything(system)
    with httpx.Client(base_url=system.url, timeout=60, verify=False) as stranger:
        for _ in range(12):
            guess = {"username": person.name, "password": "guess-7Qx9"}
            assert stranger.post("/api/v1/auth/token", json=guess).status_code in (401, 429)
        operators_form(system, person.name, person.password)
        tokens = person.tokens
        refresh = {"refresh": tokens["refresh"]}
        first = stranger.post("/api/v1/auth/token/refresh", json=refresh).json()
        assert stranger.post("/api/v1/auth/token/refresh", json={"refresh": first["refresh"]}).is_success
        assert stranger.post("/api/v1/auth/token/refresh", json=refresh).status_code == 401
        forged = tampered(tokens["access"], stranger.get("/.well-known/jwks.json").json())
        for token in forged.values():
            stranger.get("/api/v1/orders", headers={"Authorization": f"Bearer {token}"})
        ended = {"Authorization": f"Bearer {tokens['access']}"}
        wait(
            lambda: stranger.get("/api/v1/users/me", headers=ended).status_code == 401, "the session goes on"
        )
        head, body, _ = tokens["refresh"].split(".")
        stranger.post("/api/v1/auth/token/refresh", json={"refresh": f"{head}.{body}.{'A' * 342}"})
    after = everything(system)
    moved = {
        name: total(after, by_name(name)) - total(before, by_name(name))
        for name in (
            "ManyFailedSignIns", "AccountGuessed", "OperatorSignInRefused", "RefreshTokenReused",
            "ForgedTokens", "ManyTokensRefused", "EndedSessionsUsed",
        )
    }  # fmt: skip
    assert moved["ManyFailedSignIns"] >= 10
    assert moved["RefreshTokenReused"] == 1
    assert min(moved.values()) >= 1, moved
    reasons = {labels["reason"] for labels, _ in after["envoy_birzha_tokens_refused"]}
    assert any("verification_fails" in reason for reason in reasons), reasons
    assert all(reason.startswith("jwt_authn_access_denied") for reason in reasons)
    assert len(reasons) < 40
