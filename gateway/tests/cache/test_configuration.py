"""nginx.conf: judged before it is used, for any folder and any user."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml

from gateway.config.addresses import Addresses
from gateway.config.source import SOURCE_FILE, Gateway, load
from gateway.runtime.nginx import NginxRefused, command, write_configuration
from gateway.tests.nginx import Nginx
from gateway.tests.upstream import Upstream


def written(gateway: Gateway, folder: Path, run_dir: Path | None = None) -> Path:
    """nginx.conf in ``etc`` of a folder, its sockets in ``run`` unless told otherwise."""
    addresses = Addresses.of(gateway.target("local"), run_dir or folder / "run")
    return write_configuration(gateway, addresses, out=folder / "etc", check=True)


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


def test_nginx_takes_a_file_without_anything_to_keep_or_give(tmp_path: Path) -> None:
    raw = yaml.safe_load(SOURCE_FILE.read_text(encoding="utf-8"))
    for route in raw["routes"]:
        route.pop("cache", None)
        route.pop("export", None)
    source = tmp_path / "gateway.yaml"
    source.write_text(yaml.safe_dump(raw))
    assert "listen" not in written(load(source), tmp_path).read_text()


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
            with httpx.Client(base_url="http://b", transport=transport, timeout=60) as client:
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
    argv = [*command(conf, run_dir / "nginx"), "-t"]
    # Where root has checked the project out, others may not even look.
    argv[0] = str(shutil.copy(argv[0], tmp_path / "nginx"))
    result = subprocess.run(
        argv,
        user=nobody, group=nobody, extra_groups=[], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
