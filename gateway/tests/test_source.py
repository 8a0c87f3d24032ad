"""gateway.yaml is checked before it is used: a wrong one gives one clear sentence and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.config.source import SOURCE_FILE, Route, SourceError, load
from gateway.runtime.render import main


def write(folder: Path, change: Any) -> Path:
    raw = yaml.safe_load(SOURCE_FILE.read_text(encoding="utf-8"))
    change(raw)
    path = folder / "gateway.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


#: A route that is right.
ROUTE: dict[str, Any] = {"prefix": "/x", "to": "user", "token": "ignored"}


def test_each_service_gets_its_admin_and_schema() -> None:
    routes = load().routes
    assert Route("/admin/notifications", "notification", "ignored", reads="pages", writes="pages") in routes
    assert Route("/api/v1/notifications/schema", "notification", "ignored", exact=True) in routes


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: raw["routes"].append({**ROUTE, "to": "nobody"}), "'nobody'"),
        (lambda raw: raw["routes"].append({"to": "user", "token": "ignored"}), "path or a prefix"),
        (lambda raw: raw["routes"].append({**ROUTE, "path": "/x"}), "path or a prefix"),
        (lambda raw: raw["routes"].append({**ROUTE, "prefix": "/x/"}), "'/x/'"),
        (lambda raw: raw["routes"].append({**ROUTE, "wieght": 1}), "wieght"),
        (lambda raw: raw["routes"].append({"prefix": "/x", "to": "user"}), "token"),
        (lambda raw: raw["routes"].append({**ROUTE, "token": "maybe"}), "'maybe'"),
        (lambda raw: raw["routes"].append({**ROUTE, "stream": "yes"}), "true or false"),
        (lambda raw: raw["routes"].append({**ROUTE, "reads": "nothing"}), "'nothing'"),
        (lambda raw: raw["routes"].append({**ROUTE, "writes": "orders"}), "orders needs address"),
        (lambda raw: raw["routes"].append({**ROUTE, "token": "required", "reads": "pages"}), "needs user"),
        (lambda raw: raw["rate_limits"].update(orders={"user": "many"}), "'many'"),
        (lambda raw: raw["rate_limits"].update(orders={"user": "0/60s"}), "'0/60s'"),
        (lambda raw: raw["rate_limits"].pop("flood"), "flood"),
        (lambda raw: raw["tokens"].pop("issuer"), "issuer"),
        (lambda raw: raw["tokens"]["keys"].update({"from": "nobody"}), "'nobody'"),
        (lambda raw: raw["targets"]["local"].update(services="unix:/x.sock"), "{instance}"),
        (lambda raw: raw["targets"]["local"].pop("inner"), "inner"),
        (lambda raw: raw["limits"].update(body_bytes=0), "limits.body_bytes"),
        (lambda raw: raw["limits"].update(body_bytes="1 MiB"), "limits.body_bytes"),
        (lambda raw: raw["timeouts"].pop("safe"), "safe"),
        (lambda raw: raw.update(extra=1), "extra"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, change: Any, reason: str) -> None:
    with pytest.raises(SourceError, match=r"gateway\.yaml") as refused:
        load(write(tmp_path, change))
    assert reason in str(refused.value)


@pytest.mark.parametrize("target", ["local", "compose", "kubernetes"])
def test_envoy_accepts_what_is_rendered_for_every_kind_of_run(tmp_path: Path, target: str) -> None:
    assert render_into(tmp_path, "--target", target) == 0
    clusters = json.loads((tmp_path / "out" / "cds" / "clusters.json").read_text())["resources"]
    trading = next(cluster for cluster in clusters if cluster["name"] == "trading")
    [endpoint] = trading["load_assignment"]["endpoints"][0]["lb_endpoints"]
    where: dict[str, Any] = {"pipe": {"path": str(tmp_path / "trading.sock")}}
    if target != "local":
        where = {"socket_address": {"address": "trading", "port_value": 8000}}
        assert trading["type"] == "STRICT_DNS"
    assert endpoint["endpoint"]["address"] == where


def render_into(folder: Path, *more: str) -> int:
    return main(["--out", str(folder / "out"), "--run-dir", str(folder), "--port", "1", "--check", *more])


def test_a_socket_path_that_no_system_can_open_is_refused(tmp_path: Path, capsys: Any) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    assert render_into(deep) == 1
    assert "too long for a unix socket" in capsys.readouterr().err
    assert not (deep / "out").exists()


def test_what_envoy_refuses_is_not_written(tmp_path: Path, capsys: Any) -> None:
    bad = write(tmp_path, lambda raw: raw["routes"].append({**ROUTE, "prefix": "/x?y"}))
    assert render_into(tmp_path, "--source", str(bad)) == 1
    assert "Envoy refuses" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
