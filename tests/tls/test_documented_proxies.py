"""The configuration of nginx in docs/serving.md, as it stands there, in front of a running system."""

from __future__ import annotations

import re
import secrets
import socket
import subprocess
from pathlib import Path

from compose.local.paths import ROOT
from compose.local.settings import free_port
from gateway.config.nginx.configuration import temporary_paths
from gateway.runtime.nginx import binary
from servicekit.testing.waiting import wait
from tests.tls.conftest import Public
from tests.tls.window import Window

HEAD = """
daemon off; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 64; }}
http {{ access_log off;
{temporary}
{documented}
}}
"""


def documented(public: Public, folder: Path) -> str:
    """The block, with this test's ports and certificate instead of the document's."""
    text = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```nginx\n(.*?)```", text, re.S)
    for old, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{public.proxy.port} ssl;"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("/etc/letsencrypt/live/birzha.example.org/fullchain.pem", str(public.certificate)),
        (
            "/etc/letsencrypt/live/birzha.example.org/privkey.pem",
            str(public.certificate.with_suffix(".key")),
        ),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{public.proxy.upstream}"),
        ("birzha.example.org", "localhost"),
    ):
        assert old in block, old
        block = block.replace(old, new)
    return HEAD.format(folder=folder, temporary=temporary_paths(folder), documented=block)


def test_nginx_as_documented(public: Public, tmp_path: Path) -> None:
    (tmp_path / "temp").mkdir()
    file = tmp_path / "nginx.conf"
    file.write_text(documented(public, tmp_path), encoding="utf-8")
    with public.proxy.away():
        nginx = subprocess.Popen([str(binary()), "-p", str(tmp_path), "-e", "stderr", "-c", str(file)])
        try:
            wait_for(public.proxy.port, nginx)
            begin(public)
        finally:
            nginx.terminate()
            nginx.wait(60)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when something listens on the port."""

    def listens() -> bool:
        assert process.poll() is None
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait(listens, "nginx does not listen")


def begin(public: Public) -> None:
    """Sign up, and read."""
    name = f"tls-{secrets.token_hex(4)}"
    window = Window(public.url, certificate=public.certificate)
    window.open("/sign-up")
    password = secrets.token_urlsafe(12)
    window.done("/sign-up", username=name, email=f"{name}@example.com", password=password)
    assert str(window.page.url).startswith(public.url)
    page = window.http.get("/api/v1/instruments?page_size=2").json()
    assert page["next"].startswith(public.url)
