"""The service behind the pages is down, or nginx itself is: what people get, and that it passes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import yaml

from gateway.envoy.places import Places
from gateway.nginx.binary import NginxRefused, command
from gateway.nginx.files import write
from gateway.source import SOURCE_FILE, Gateway, load
from gateway.tests.nginx import Nginx
from gateway.tests.running import System
from gateway.tests.tokens import bearer
from gateway.tests.upstream import Upstream


def new_page(**wishes: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in wishes.items())
    return f"/api/v1/instruments?do=page&mark={uuid4().hex}{query}"


@pytest.fixture
def nginx_again(system: System) -> Iterator[None]:
    """nginx runs at the end, and Envoy asks it."""
    yield
    if system.nginx.process and system.nginx.process.poll() is not None:
        system.nginx.start()
    with system.outside() as client:
        wait_for(lambda: client.get(new_page()).headers["X-Cache"] == "MISS")


def wait_for(condition, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def load_on(system: System, address: str) -> Iterator[list[httpx.Response]]:
    """Eight readers of a page, until the end of the block."""
    over, answers = threading.Event(), []

    def read() -> None:
        with system.outside() as client:
            while not over.is_set():
                answers.append(client.get(address))

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    try:
        yield answers
    finally:
        over.set()
        for reader in readers:
            reader.join()


# -- the service is down ----------------------------------------------------------------------------


def test_old_pages_are_shown_while_the_service_is_down(system: System, anybody: httpx.Client) -> None:
    address = new_page(tag="one")
    price = anybody.get(address).json()["price"]
    system.services["market"].stop()
    try:
        time.sleep(4)
        answer = anybody.get(address)
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "STALE")
        assert answer.json()["price"] == price
        assert int(answer.headers["Age"]) >= time.time() - price
        assert answer.headers["Warning"] == '110 - "Response is Stale"'
        assert answer.headers["Cache-Control"] == "no-store"
        for sent in ({"Cookie": "s=1"}, bearer(), {"Accept": "text/html"}):
            assert anybody.get(address, headers=sent).status_code == 503
        assert anybody.post(address).status_code == 503
    finally:
        system.services["market"].start()
    answer = anybody.get(address)
    assert answer.headers["X-Cache"] == "MISS"
    assert answer.json()["price"] > price
    assert "Warning" not in answer.headers


def test_a_page_that_nobody_has_asked_for_is_a_503_problem(system: System, anybody: httpx.Client) -> None:
    system.services["market"].stop()
    try:
        answer = anybody.get(new_page())
        assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["Cache-Control"] == "no-store"
    finally:
        system.services["market"].start()


def test_a_services_errors_are_not_hidden(system: System, anybody: httpx.Client) -> None:
    address = new_page()
    anybody.get(address)
    time.sleep(4)
    system.services["market"].failing = True
    try:
        answer = anybody.get(address)
        assert (answer.status_code, answer.json(), answer.headers["X-Cache"]) == (
            500,
            {"code": "failing"},
            "MISS",
        )
    finally:
        system.services["market"].failing = False
    assert anybody.get(address).status_code == 200


def test_a_service_that_hangs_is_as_good_as_down(system: System, anybody: httpx.Client) -> None:
    address = new_page()
    anybody.get(address)
    time.sleep(4)
    system.services["market"].hold()
    try:
        answer = anybody.get(address)
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "STALE")
    finally:
        system.services["market"].go_on()


# -- nginx is down ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("nginx_again")
def test_killing_nginx_takes_nothing_down(system: System) -> None:
    address = new_page()
    with load_on(system, address) as answers:
        time.sleep(1)
        system.nginx.kill()
        time.sleep(2)
        killed = len(answers)
        system.nginx.start()
        time.sleep(2.5)
        back = len(answers)
    assert Counter(answer.status_code for answer in answers) == {200: len(answers)}
    assert {answer.headers["X-Cache"] for answer in answers[killed - 8 : killed]} == {"BYPASS"}
    assert answers[back - 1].headers["X-Cache"] == "HIT"


@pytest.mark.usefixtures("nginx_again")
def test_without_nginx_it_is_not_even_slower(system: System, anybody: httpx.Client) -> None:
    system.nginx.kill()
    for _ in range(20):
        assert anybody.get(new_page()).headers["X-Cache"] == "BYPASS"
    begun = time.monotonic()
    for _ in range(20):
        assert anybody.get(new_page()).headers["X-Cache"] == "BYPASS"
    assert time.monotonic() - begun < 1


@pytest.mark.usefixtures("nginx_again")
def test_a_reload_drops_no_request(system: System) -> None:
    address = new_page()
    with load_on(system, address) as answers:
        for _ in range(5):
            time.sleep(0.4)
            system.nginx.reload()
        time.sleep(0.4)
    assert Counter(answer.status_code for answer in answers) == {200: len(answers)}
    served = Counter(answer.headers["X-Cache"] for answer in answers)
    assert served["HIT"] > len(answers) * 0.8


# -- its file ---------------------------------------------------------------------------------------


def written(gateway: Gateway, folder: Path, run_dir: Path | None = None) -> Path:
    """nginx.conf in ``etc`` of a folder, its sockets in ``run`` unless told otherwise."""
    places = Places.of(gateway.target("local"), run_dir or folder / "run")
    return write(gateway, places, out=folder / "etc", check=True)


def test_a_file_that_nginx_refuses_is_not_used(tmp_path: Path) -> None:
    raw = yaml.safe_load(SOURCE_FILE.read_text(encoding="utf-8"))
    source = tmp_path / "gateway.yaml"
    source.write_text(yaml.safe_dump(raw))
    good = written(load(source), tmp_path).read_text()
    raw["cache"]["memory_mib"] = 0.001  # too small for nginx, which alone knows
    source.write_text(yaml.safe_dump(raw))
    with pytest.raises(NginxRefused, match="nginx refuses the configuration"):
        written(load(source), tmp_path)
    assert (tmp_path / "etc" / "nginx.conf").read_text() == good


def test_two_systems_beside_each_other_and_a_space_in_the_path(tmp_path: Path) -> None:
    gateway, pages = load(), []
    systems = []
    for name in ("one system", "another"):
        run_dir = tmp_path / name
        run_dir.mkdir()
        upstream = Upstream(name, run_dir / "market.sock")
        upstream.start()
        nginx = Nginx(written(gateway, run_dir, run_dir), run_dir)
        nginx.start()
        systems.append((upstream, nginx))
    try:
        for name in ("one system", "another"):
            transport = httpx.HTTPTransport(uds=str(tmp_path / name / "cache-market.sock"), verify=False)
            with httpx.Client(base_url="http://b", transport=transport) as client:
                answers = [client.get("/api/v1/instruments?do=page") for _ in range(2)]
                assert [answer.headers["X-Cache"] for answer in answers] == ["MISS", "HIT"]
                pages.append(answers[1].json()["service"])
    finally:
        for upstream, nginx in systems:
            nginx.stop()
            upstream.stop()
    assert pages == ["one system", "another"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_can_run_it(tmp_path: Path) -> None:
    nobody = 65534
    for folder in (*tmp_path.parents[:2], tmp_path):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    run_dir = tmp_path / "run"
    conf = written(load(), tmp_path)
    conf.write_text(conf.read_text().replace("user root;\n", ""))
    conf.chmod(0o644)
    conf.parent.chmod(0o755)
    for path in (run_dir, *run_dir.rglob("*")):
        os.chown(path, nobody, nobody)
    result = subprocess.run(
        [*command(conf, run_dir / "nginx"), "-t"],
        user=nobody, group=nobody, extra_groups=[], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_the_log_says_what_the_cache_did(system: System, anybody: httpx.Client) -> None:
    address = new_page()
    ids = [anybody.get(address).headers["X-Request-Id"] for _ in range(2)]

    def logged() -> list[str]:
        lines = {line["request_id"]: line for line in map(json.loads, (system.folder / "access.log").open())}
        return [lines[id_]["cache"] for id_ in ids if id_ in lines]

    wait_for(lambda: logged() == ["MISS", "HIT"])
    assert "mark=" not in system.nginx.log.read_text()  # what people search for is in no log
