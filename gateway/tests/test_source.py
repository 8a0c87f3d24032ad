"""gateway.yaml is checked before it is used: a wrong one gives one clear sentence and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.render import main
from gateway.source import SOURCE_FILE, Route, SourceError, load


def write(folder: Path, change: Any) -> Path:
    raw = yaml.safe_load(SOURCE_FILE.read_text(encoding="utf-8"))
    change(raw)
    path = folder / "gateway.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


def test_each_service_gets_its_admin_and_schema() -> None:
    routes = load().routes
    assert Route("/admin/notifications", "notification") in routes
    assert Route("/api/v1/notifications/schema", "notification", exact=True) in routes


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: raw["routes"].append({"prefix": "/x", "to": "nobody"}), "'nobody'"),
        (lambda raw: raw["routes"].append({"to": "user"}), "path or a prefix"),
        (lambda raw: raw["routes"].append({"prefix": "/x/", "to": "user"}), "'/x/'"),
        (lambda raw: raw["routes"].append({"prefix": "/x", "to": "user", "weight": 1}), "weight"),
        (lambda raw: raw["limits"].update(body_bytes=0), "limits.body_bytes"),
        (lambda raw: raw["limits"].update(body_bytes="1 MiB"), "limits.body_bytes"),
        (lambda raw: raw["timeouts"].pop("safe"), "safe"),
        (lambda raw: raw.update(extra=1), "extra"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, change: Any, says: str) -> None:
    with pytest.raises(SourceError, match=r"gateway\.yaml") as refused:
        load(write(tmp_path, change))
    assert says in str(refused.value)


def render_into(folder: Path, *more: str) -> int:
    return main(["--out", str(folder / "out"), "--run-dir", str(folder), "--port", "1", "--check", *more])


def test_a_socket_path_that_no_system_can_open_is_refused(tmp_path: Path, capsys: Any) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    assert render_into(deep) == 1
    assert "too long for a unix socket" in capsys.readouterr().err
    assert not (deep / "out").exists()


def test_what_envoy_refuses_is_not_written(tmp_path: Path, capsys: Any) -> None:
    bad = write(tmp_path, lambda raw: raw["routes"].append({"prefix": "/x?y", "to": "user"}))
    assert render_into(tmp_path, "--source", str(bad)) == 1
    assert "Envoy refuses" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
