"""The files are what the description says, build with Kustomize, fit Kubernetes, and give nobody too much."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from compose.docker.network import CACHE, PORT, REPLICAS, variable_of
from compose.kubernetes import (
    cluster,
    configure,
    network_policies,
    objects,
    operators,
    render,
    secrets,
)
from compose.local import environment
from compose.local.paths import ROOT, Home
from compose.system import GATEWAY, NGINX, PROCESSES, SERVICES, WORKER
from compose.system.databases import MAX_CONNECTIONS, max_connections
from compose.system.environment import secrets as every_secret
from gateway.config.source import load

KUBECTL = Path(sys.executable).with_name("kubectl")
OVERLAYS = (render.ONE_NODE, render.PRODUCTION, render.OWN_SERVERS)
#: Of whose objects Kubernetes itself has no schema: they are the operators'.
OPERATED = {"Cluster", "RedisReplication"}
Built = dict[str, dict[tuple[str, str], dict[str, Any]]]


@pytest.fixture(scope="module")
def built() -> Built:
    """Overlay → (kind, name) → object, as `kubectl apply -k` would send them."""
    return {overlay: _build(overlay) for overlay in OVERLAYS}


def test_they_fit_kubernetes(built: Built) -> None:
    one = built[render.ONE_NODE]
    for key, each in [(key, each) for found in built.values() for key, each in found.items()]:
        is_seen = each is not one.get(key) and each == one.get(key)
        if key[0] not in OPERATED and not is_seen:
            kubernetes_validate.validate(each, "1.37", strict=True)


def test_every_process_runs_and_is_found_by_its_name(built: Built) -> None:
    processes = {process.name for process in PROCESSES} - {NGINX.name} | {CACHE}
    one = built[render.ONE_NODE]
    pods = [name for kind, name in one if kind in ("Deployment", "StatefulSet")]
    assert sorted(pods) == sorted(processes)
    for found in built.values():
        for process in PROCESSES:
            if process.service:
                command = found["Deployment", process.name]["spec"]["template"]["spec"]["containers"][0][
                    "command"
                ]
                assert command[-1] == process.name
                assert (("Service", process.name) in found) == process.type.answers_http
        target = load().target("kubernetes")
        for place in (target.pages, target.inner_at, target.gateways or ""):
            assert ("Service", place.partition(":")[0]) in found
    for overlay in (render.ONE_NODE, render.PRODUCTION):
        addresses = {name for kind, name in built[overlay] if kind == "Service"}
        assert addresses >= set(cluster.DATA_PORTS) - {"postgres"}
    # which CloudNativePG makes itself
    services = built[render.PRODUCTION]["Cluster", "birzha-postgres"]["spec"]["managed"]["services"]
    assert services["additional"][0]["serviceTemplate"]["metadata"]["name"] == "postgres"


def test_a_pod_may_change_nothing_and_is_nobodys_root(built: Built) -> None:
    for found in built.values():
        for name, pod in _pods(found):
            assert pod["automountServiceAccountToken"] is False, name
            assert pod["securityContext"]["runAsNonRoot"] is True, name
            for each in (*pod.get("initContainers", ()), *pod["containers"]):
                assert each["securityContext"]["readOnlyRootFilesystem"], (name, each["name"])
                assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}
                assert set(each["resources"]) == {"requests", "limits"}
                assert {mount["name"] for mount in each.get("volumeMounts", ())} <= _volumes(found, name, pod)


def test_a_container_is_told_its_own_secrets_by_reference_and_only_before_it_starts(built: Built) -> None:
    for found in built.values():
        assert not [name for kind, name in found if kind == "Secret"]
        for name, pod in _pods(found):
            if name == cluster.PREPARE:
                continue
            first = [each for each in pod.get("initContainers", ()) if each["name"] == "configure"]
            told = {variable["name"] for each in first for variable in each.get("env", ())}
            assert told - {cluster.SMTP_URL} == set(map(variable_of, _needed(name)))
            for each in pod["containers"]:
                assert "envFrom" not in each, name
                env = {variable["name"] for variable in each.get("env", ())}
                assert not any(word.startswith("BIRZHA_SECRET") for word in env), name
    assert set(map(variable_of, cluster.secrets_of("trading"))) == {
        f"BIRZHA_SECRET_{each}" for each in ("TRADING", "TRADING_OWNER", "REDIS_TRADING", "DJANGO_TRADING")
    }


def test_only_the_gateway_is_reached_from_outside_and_only_messages_leave(built: Built) -> None:
    for found in built.values():
        every = {name: each["spec"] for (kind, name), each in found.items() if kind == "NetworkPolicy"}
        # servers of one's own are elsewhere: who needs them, and nobody else, leaves at their ports
        own = every.pop("own-servers", None)
        chosen = [policy["podSelector"]["matchLabels"] for policy in every.values()]
        for name, _pod in _pods(found):
            assert objects.labels(name) in chosen, f"{name} talks to everybody"
        opened = [n for n, policy in every.items() for rule in policy["ingress"] if "from" not in rule]
        assert opened == [GATEWAY.name]
        leaving = [
            n for n, policy in every.items() for rule in policy.get("egress", ()) if "ipBlock" in str(rule)
        ]
        assert leaving == ["notification-delivery"]
        if own:
            (leavers,) = own["podSelector"]["matchExpressions"]
            assert "trading-worker" in leavers["values"]
            assert "gateway" not in leavers["values"]
            assert [port["port"] for port in own["egress"][0]["ports"]] == [5432, 6379, 26379]
    one, production = built[render.ONE_NODE], built[render.PRODUCTION]
    types = {name: each["spec"].get("type") for (kind, name), each in one.items() if kind == "Service"}
    assert [name for name, kind in types.items() if kind] == ["birzha"]
    rule = production["Ingress", "birzha"]["spec"]["rules"][0]["http"]["paths"][0]
    assert rule["backend"]["service"]["name"] == "birzha"


def test_who_talks_to_whom() -> None:
    allowed = network_policies.connections()
    assert allowed["trading-worker"] == {"postgres": {5432}, "redis": {6379}}
    assert allowed["web"] == {"sessions": {6379}, "gateway": {8001}, "user": {8000}}
    assert "postgres" not in allowed["gateway"]
    assert allowed["gateway"]["cache"] >= {8100, 8200}
    asked = [process.name for process in PROCESSES if process.type.answers_http]
    assert set(allowed["gateway"]) == {*asked, CACHE, GATEWAY.name}
    # a service says nothing to another but the one that has the keys
    for service in SERVICES:
        assert set(allowed[service.name]) == {"postgres", "redis", "user"}


def test_production_has_two_of_each_and_empties_no_node_of_them(built: Built) -> None:
    found = built[render.PRODUCTION]
    alone = {"reconciler"}
    deployed = {name for kind, name in found if kind == "Deployment"} - alone
    kept = {name for kind, name in found if kind == "PodDisruptionBudget"}
    scaled = {name: each["spec"] for (kind, name), each in found.items() if kind == "HorizontalPodAutoscaler"}
    pairs = {process.name for process in PROCESSES if process.type == WORKER}
    assert kept == deployed == {*scaled, *pairs}
    assert all(found["Deployment", name]["spec"]["replicas"] == 2 for name in pairs)
    assert "replicas" not in found["Deployment", "trading"]["spec"], "the autoscaler says how many"
    bounded = {process.name for process in PROCESSES if process.service and process.service.has_database}
    assert all(spec["maxReplicas"] <= REPLICAS for name, spec in scaled.items() if name in bounded)
    assert found["Deployment", "reconciler"]["spec"]["strategy"] == {"type": "Recreate"}


def test_postgresql_has_the_connections_that_the_roles_may_take(built: Built) -> None:
    assert max_connections() == MAX_CONNECTIONS
    words = built[render.ONE_NODE]["StatefulSet", "postgres"]["spec"]["template"]["spec"]["containers"][0][
        "args"
    ]
    spec = built[render.PRODUCTION]["Cluster", "birzha-postgres"]["spec"]
    for text in (
        next(each for each in words if "max_connections" in each),
        spec["postgresql"]["parameters"]["max_connections"],
    ):
        assert int(text.rpartition("=")[2]) >= REPLICAS * sum(service.connections for service in SERVICES)


def test_the_secrets_are_all_that_is_referred_to(built: Built) -> None:
    made = {each["metadata"]["name"]: each for each in yaml.safe_load_all(secrets.text())}
    assert set(made[cluster.SECRETS]["stringData"]) == set(map(variable_of, every_secret()))
    keys = made[cluster.KEYS_SECRET]["stringData"]
    assert f"{keys['current']}.pem" in keys
    for found in built.values():
        text = yaml.safe_dump(list(found.values()))
        named = set(re.findall(r"(?:secretName|secretKeyRef:\s+key: \S+\s+name): (\S+)", text))
        assert named - {"birzha-tls"} <= set(made), "nobody makes it"
    for server in cluster.REDIS_SERVERS.values():
        users = made[operators.users_secret(server)]["stringData"]["user.acl"]
        assert users.startswith("user default on #")
        assert "nopass" not in users
    for each in made.values():
        kubernetes_validate.validate(each, "1.37", strict=True)


def test_a_process_gets_the_file_that_every_runner_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = next(yaml.safe_load_all(secrets.text()))["stringData"]
    for name in [name for name in os.environ if name.startswith("BIRZHA_")]:
        monkeypatch.delenv(name)
    for line in (render.FOLDER / "base" / "choices.env").read_text(encoding="utf-8").splitlines():
        if "=" in line:
            monkeypatch.setenv(*line.split("=", 1))
    for name in map(variable_of, cluster.secrets_of("trading-worker")):
        monkeypatch.setenv(name, made[name])
    monkeypatch.setattr(configure, "HOME", tmp_path)
    (tmp_path / "etc").mkdir()

    assert configure.main("trading-worker") == 0

    told = environment.read(Home.at(tmp_path), "trading")
    assert told["BIRZHA_DATABASE_PASSWORD"] == made["BIRZHA_SECRET_TRADING"]
    assert told["BIRZHA_REDIS_URL"].endswith("@redis:6379/0")
    assert told["BIRZHA_WORKER_METRICS"] == f"0.0.0.0:{PORT}"
    assert told["BIRZHA_JWKS_URL"].startswith("http://user:8000/")
    assert [file.name for file in (tmp_path / "etc").iterdir()] == ["trading.env"]

    monkeypatch.setenv("BIRZHA_CURRENCY", "XXX")
    assert configure.main("trading-worker") == 1


def _build(overlay: str) -> dict[tuple[str, str], dict[str, Any]]:
    command = [str(KUBECTL), "kustomize", str(ROOT / "compose" / "kubernetes" / overlay)]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text)}


def _pods(found: dict[tuple[str, str], dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    kinds = ("Deployment", "StatefulSet", "Job")
    return [(name, each["spec"]["template"]["spec"]) for (kind, name), each in found.items() if kind in kinds]


def _volumes(found: dict[tuple[str, str], dict[str, Any]], name: str, pod: dict[str, Any]) -> set[str]:
    own = {volume["name"] for volume in pod["volumes"]}
    claims = found.get(("StatefulSet", name), {}).get("spec", {}).get("volumeClaimTemplates", [])
    return own | {claim["metadata"]["name"] for claim in claims}


def _needed(name: str) -> list[str]:
    return [] if name in ("postgres",) else cluster.secrets_of(name)
