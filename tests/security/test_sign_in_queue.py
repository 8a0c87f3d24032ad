"""So many sign-ins at once that more are refused at once; what hashes no password never waits for them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx

from benchmarks.crowds.reads import READS
from gateway.config.source import load
from tests.e2e.people import Person
from tests.system import System
from tests.tls.window import Window

AT_ONCE = int(load().limits.passwords)


def wait_until_full(system: System) -> None:
    """Until so many sign-ins have a connection to that process, or wait for one."""
    end = time.monotonic() + 60
    transport = httpx.HTTPTransport(uds=str(system.home.socket("gateway-stats")))
    with httpx.Client(transport=transport, base_url="http://gateway", timeout=60) as stats:
        while time.monotonic() < end:
            active = [
                int(line.rpartition(" ")[2])
                for line in stats.get("/stats/prometheus").text.splitlines()
                if line.startswith("envoy_cluster_upstream_rq_")
                and "active{" in line
                and '"user-passwords"' in line
            ]
            if sum(active) >= AT_ONCE:
                return
            time.sleep(0.05)
    raise AssertionError("the queue did not fill")


def test_a_full_queue_refuses_one_more_and_holds_up_nobody(system: System) -> None:
    person, leaving = Person(system.url), Person(system.url)
    body = {"username": person.name, "password": person.password}
    page = Window(system.url)
    page.open("/sign-in")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        with system.frozen("user-passwords"):
            url = f"{system.url}/api/v1/auth/token"
            pending = [pool.submit(httpx.post, url, json=body, timeout=120) for _ in range(AT_ONCE)]
            wait_until_full(system)

            another = {**body, "username": f"x{uuid4().hex[:9]}", "email": f"{uuid4().hex}@example.com"}
            for path, sent in (("auth/token", body), ("users", another)):
                refused = httpx.post(f"{system.url}/api/v1/{path}", json=sent, timeout=60)
                assert (refused.status_code, refused.json()["code"]) == (503, "sign_in_busy")
                assert refused.headers["Retry-After"]
            answer = page.send("/sign-in", **body)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
            assert "Too many people are signing in" in answer.text

            renewed = leaving.post("/auth/token/refresh", {"refresh": leaving.tokens["refresh"]})
            assert renewed.status_code == 200
            profile = leaving.send("PATCH", "/users/me", json={"locale": "ru"})
            assert profile.status_code == 200
            order = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1}
            assert person.post("/orders", order, key=str(uuid4())).status_code == 201
            for read in (*READS, "/.well-known/jwks.json", "/api/v1/users/me/sessions"):
                assert person.http.get(read, timeout=60).status_code == 200, read
            assert leaving.post("/auth/logout").status_code == 204
        came = {answer.result().status_code for answer in pending}
        assert came <= {200, 504}  # a busy machine may not hash all of them within timeouts.unsafe
    end = time.monotonic() + 60
    while (answer := httpx.post(url, json=body, timeout=60)).status_code != 200:
        assert answer.status_code == 503, answer.text
        assert time.monotonic() < end
        time.sleep(float(answer.headers["Retry-After"]))
