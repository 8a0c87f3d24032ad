"""Every process's metrics on one port, the files by which they are read, and the processes of the pages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry, Gauge

from compose.local import metrics_port, processes
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home
from compose.local.settings import Settings
from servicekit.messaging.operate.metrics_socket import MetricsSocket

MONITORING = ROOT / "compose" / "monitoring"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "h")
    home.create()
    return home


@pytest.fixture
def port(home: Home) -> Iterator[httpx.Client]:
    """A client of the port, while ``trading`` tells 7."""
    registry = CollectorRegistry()
    Gauge("birzha_of_a_test", "x", registry=registry).set(7)
    trading = MetricsSocket(str(home.socket("trading")), registry)
    trading.start()
    server = metrics_port.server(home, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", timeout=60) as client:
        yield client
    server.shutdown()
    server.server_close()
    trading.close()


def test_a_process_answers_by_its_name_and_others_are_said(port: httpx.Client) -> None:
    told = port.get("/trading")
    assert (told.status_code, "birzha_of_a_test 7.0" in told.text) == (200, True)
    assert told.headers["Content-Type"].startswith("text/plain; version=")
    assert port.get("/billing").status_code == 503
    unknown = port.get("/../etc/passwd")
    assert (unknown.status_code, "/gateway" in unknown.text) == (404, True)
    assert port.get("/trading", headers={"Host": "rebound.example"}).status_code == 403


def test_it_runs_where_it_is_wished(home: Home) -> None:
    def names() -> set[str]:
        return {process.name for process in processes.every_process(home)}

    assert "metrics" not in names()
    settings = Settings.read(home, {"BIRZHA_METRICS_PORT": "9100"})
    home.write_state(**settings.state)
    assert "metrics" in names()
    assert "compose.local.metrics_port" in processes.command(home, processes.find(home, "metrics"))
    assert "[group:metrics]" in processes.write_configuration(home).read_text(encoding="utf-8")
    home.write_state(**Settings.read(home, {"BIRZHA_METRICS_PORT": "off"}).state)
    assert "metrics" not in names()
    for wrong in ("80", "x", "70000", "8000"):
        with pytest.raises(CommandError, match=f"BIRZHA_METRICS_PORT={wrong} must be"):
            Settings.read(home, {"BIRZHA_METRICS_PORT": wrong})


def test_pages_have_a_process_for_each_two_cores_or_as_many_as_wished(home: Home) -> None:
    web = processes.find(home, "web")
    told = {cores: web.arguments(root="/", cores=cores) for cores in (1, 2, 4, 9)}
    assert [argv[argv.index("--workers") + 1] for argv in told.values()] == ["1", "1", "2", "4"]
    trading = processes.find(home, "trading").arguments(root="/", cores=16, workers=3)
    assert trading[trading.index("--workers") + 1] == "1", "its metrics are those of one process"
    home.write_state(**Settings.read(home, {"BIRZHA_PAGES_WORKERS": "3"}).state)
    argv = processes.command(home, web)
    assert argv[argv.index("--workers") + 1] == "3"
    for wrong in ("0", "65", "x"):
        with pytest.raises(CommandError, match=f"BIRZHA_PAGES_WORKERS={wrong} must be"):
            Settings.read(home, {"BIRZHA_PAGES_WORKERS": wrong})


def test_prometheus_asks_every_process_that_there_is() -> None:
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    asked = [
        target
        for job in config["scrape_configs"]
        for each in job["static_configs"]
        for target in each["targets"]
    ]
    assert sorted(asked) == sorted(metrics_port.SOURCES)


def test_promtool_finds_nothing_wrong() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("NOT CHECKED: promtool is not installed (Debian: apt-get install prometheus)")
    for arguments in (
        ("check", "config", str(MONITORING / "prometheus.yml")),
        ("check", "rules", str(MONITORING / "alerts.yml")),
        ("test", "rules", str(MONITORING / "alerts-test.yml")),
    ):
        done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_several_processes_read_from_one_database_counts_once() -> None:
    """A service's web process, its streams and every further one of each tell the same of its database."""
    board = json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    expressions += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    read = r"(?:birzha_(?:outbox|stream_group|retrying|dead_letter|deliveries|market_quantity)|billing)_\w+"
    for expression in expressions:
        largest = re.findall(rf"\bmax(?: by \([^)]*\) )?\((?:increase\()?{read}", expression)
        assert len(largest) == len(re.findall(rf"\b{read}", expression)), expression


def test_the_dashboards_panels_are_titled_and_do_not_overlap() -> None:
    board = json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))
    places: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        assert panel["title"]
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & places, f"{panel['title']} lies over another"
        assert max(x for x, _ in cells) < 24
        places |= cells
