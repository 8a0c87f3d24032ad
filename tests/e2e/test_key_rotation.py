"""The signing key is replaced by its command, under load: a real user_service behind a real Envoy.

Both are of this test's own, with keys that are kept for seconds instead of minutes; the database is the
running system's.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from compose.local.paths import ROOT
from gateway.config.source import load
from gateway.tests import running
from servicekit.testing.load import Load
from tests.e2e.people import wait
from tests.system import System

KEPT = 6
#: So long that the gateway fetches them every ten seconds only.
LONG_KEPT = 15


class Rotating:
    """user_service and Envoy; ``manage`` runs a command of this user_service."""

    def __init__(self, system: System, folder: Path, kept: int) -> None:
        self.keys = folder / "jwt"
        self.gateway = running.made(folder, lambda raw: raw["tokens"].update(keys_kept=kept), rates=1000)
        self.environment = os.environ | {
            "BIRZHA_HOME": str(system.home.root),
            "BIRZHA_JWT_KEYS": str(self.keys),
            "BIRZHA_JWKS_MAX_AGE": str(kept),
        }

    def manage(self, *arguments: str, believed_kept: int | None = None) -> None:
        """Run a command of this user_service; it may be told that others keep keys for a shorter time."""
        environment = dict(self.environment)
        if believed_kept is not None:
            environment["BIRZHA_JWKS_MAX_AGE"] = str(believed_kept)
        command = [sys.executable, "-m", "user_service.manage", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=180)

    def fetches(self) -> float:
        """How often Envoy has fetched the keys."""
        return self.gateway.stats()["http.public.jwt_authn.jwks_fetch_success"]

    @contextmanager
    def up(self) -> Iterator[None]:
        self.manage("make_signing_key")
        socket = self.gateway.run_dir / "user.sock"
        argv = [sys.executable, "-m", "gunicorn", "--config", "compose/system/gunicorn_conf.py"]
        passwords = self.gateway.run_dir / "user-passwords.sock"
        argv += ["--bind", f"unix:{socket}", "--bind", f"unix:{passwords}", "--threads", "4"]
        argv += ["user_service.config.wsgi:application"]
        with (self.gateway.folder / "user.log").open("wb") as log:
            service = subprocess.Popen(argv, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        web = running.Upstream("web", self.gateway.run_dir / "web.sock")
        web.start()
        try:
            while not socket.exists():
                assert service.poll() is None
                time.sleep(0.1)
            with self.gateway.envoy():
                yield
        finally:
            web.stop()
            service.send_signal(signal.SIGTERM)
            service.wait(20)


class Customer:
    """Signs in, reads their profile and refreshes, on and on; remembers what was not right."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, verify=False)
        self.name, self.password = f"rotation-{secrets.token_hex(5)}", secrets.token_urlsafe(12)
        body = {"username": self.name, "email": f"{self.name}@example.com", "password": self.password}
        assert self.http.post("/api/v1/users", json=body).status_code == 201
        self.tokens: dict[str, Any] = {}
        self.counts: Counter[str] = Counter()
        self.kids: set[str] = set()
        self.sign_in()

    def sign_in(self) -> None:
        body = {"username": self.name, "password": self.password}
        self._take(self.http.post("/api/v1/auth/token", json=body))

    def refresh(self) -> None:
        self._take(self.http.post("/api/v1/auth/token/refresh", json={"refresh": self.tokens["refresh"]}))

    def read(self) -> None:
        headers = {"Authorization": f"Bearer {self.tokens['access']}"}
        self.counts[f"read {self.http.get('/api/v1/users/me', headers=headers).status_code}"] += 1

    def _take(self, answer: httpx.Response) -> None:
        self.counts[f"tokens {answer.status_code}"] += 1
        if answer.status_code == 200:
            self.tokens = answer.json()
            self.kids.add(jwt.get_unverified_header(self.tokens["access"])["kid"])


@contextmanager
def rotating(system: System, *, kept: int) -> Iterator[Rotating]:
    with tempfile.TemporaryDirectory(prefix="gw") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "jwt").mkdir()
        system.give(folder / "jwt")  # the command steps down to the system's user
        rotating = Rotating(system, folder, kept)
        with rotating.up():
            yield rotating


class Lives(Load):
    """Customers who refresh and read."""

    def __init__(self, *customers: Customer) -> None:
        super().__init__(len(customers))
        self.customers = customers

    def run(self, client: int) -> None:
        customer = self.customers[client]
        while not self.stop.is_set():
            customer.refresh()
            for _ in range(10):
                customer.read()


@pytest.fixture(scope="module")
def rotations(system: System) -> Iterator[dict[str, Future[None]]]:
    """Both, begun together, each with a user_service and an Envoy of its own: mostly they wait."""

    def run(kept: int, rotate: Callable[[Rotating], None]) -> None:
        with rotating(system, kept=kept) as parts:
            rotate(parts)

    with ThreadPoolExecutor(2) as pool:
        yield {
            "patient": pool.submit(run, KEPT, _replace_and_retire),
            "hasty": pool.submit(run, LONG_KEPT, _rotate_without_waiting),
        }


@pytest.mark.timeout(600)
def test_the_key_is_replaced_and_no_request_fails(rotations: dict[str, Future[None]]) -> None:
    rotations["patient"].result()


def _replace_and_retire(rotating: Rotating) -> None:
    url = f"http://127.0.0.1:{rotating.gateway.port}"
    customers = [Customer(url) for _ in range(4)]
    idle = Customer(url)
    with Lives(*customers):
        for customer in customers:
            wait(lambda customer=customer: customer.counts["read 200"], "nobody reads")
        rotating.manage("rotate_signing_key")
        time.sleep(KEPT)
        for customer in customers:  # both keys sign for everybody
            wait(lambda customer=customer: len(customer.kids) == 2, "a key signs for nobody", 120)
        wait(lambda: all(customer.counts["read 200"] > 50 for customer in customers), "nobody reads", 120)
    for customer in customers:
        assert set(customer.counts) == {"tokens 200", "read 200"}, customer.counts
    # Who did nothing meanwhile is still signed in, by the old key.
    idle.read()
    idle.refresh()
    idle.read()
    assert idle.counts["read 200"] == 2
    # Weeks later the old key goes; whoever has tokens of the new one notices nothing.
    for file in rotating.keys.iterdir():
        moment = file.stat().st_mtime - 15 * 86_400
        os.utime(file, (moment, moment))
    with Lives(*customers):
        rotating.manage("make_signing_key", "--retire")
        time.sleep(KEPT)
        before = [customer.counts["read 200"] for customer in customers]
        for customer, read in zip(customers, before, strict=True):
            wait(lambda customer=customer, read=read: customer.counts["read 200"] > read + 10, "nobody reads")
    assert len(list(rotating.keys.glob("*.pem"))) == 1
    for customer in customers:
        assert set(customer.counts) == {"tokens 200", "read 200"}, customer.counts


@pytest.mark.timeout(600)
def test_without_waiting_requests_would_fail(rotations: dict[str, Future[None]]) -> None:
    """What the wait is for; and that the load above would have seen it."""
    rotations["hasty"].result()


def _rotate_without_waiting(rotating: Rotating) -> None:
    customer = Customer(f"http://127.0.0.1:{rotating.gateway.port}")
    fetched = rotating.fetches()
    while rotating.fetches() == fetched:
        time.sleep(0.1)
    with Lives(customer):
        fetched = rotating.fetches()
        rotating.manage("rotate_signing_key", believed_kept=0)
        wait(lambda: customer.counts["read 401"], f"nothing fails: {customer.counts}, {customer.kids}")
        wait(lambda: rotating.fetches() > fetched, "the gateway does not fetch the new key")
        time.sleep(1)  # until each of its threads has it
        failed, read = customer.counts["read 401"], customer.counts["read 200"]
        wait(lambda: customer.counts["read 200"] > read + 20, "nobody reads")
    assert customer.counts["read 401"] == failed


def test_the_gateway_keeps_keys_no_longer_than_they_may_be_kept() -> None:
    from user_service.config.settings import JWKS_MAX_AGE

    assert load().tokens.keys_kept <= JWKS_MAX_AGE.total_seconds()
