"""Exact counts at the limit: by user, by address, by visitor; who cannot get around it."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from gateway.config.source import SOURCE_FILE, load
from gateway.runtime.admin import Admin
from gateway.runtime.config_sync import wait_until_applied
from gateway.tests.limits.asking import ask, gateway, passed, small
from gateway.tests.running import System, made, running
from gateway.tests.tokens import bearer, token
from servicekit.testing.ports import free_port


def test_a_user_has_one_bucket_whatever_the_token(limited: System, client: httpx.Client) -> None:
    before = limited.reached()
    assert ask(client, 15, "POST", "/api/v1/orders", headers=bearer("anna")) == 15
    # Another token, another connection, another address of the same path: still Anna.
    with limited.outside() as another:
        assert ask(another, 15, "POST", "/api/v1//orders/1/cancel", headers=bearer("anna")) == 5
    assert ask(client, 25, "POST", "/api/v1/orders", headers=bearer("boris")) == 20
    assert limited.reached() - before == 40


def test_orders_have_their_own_and_reading_them_does_not_count(
    client: httpx.Client, anna: dict[str, str]
) -> None:
    assert ask(client, 25, "POST", "/api/v1/orders", headers=anna) == 20
    assert ask(client, 35, "GET", "/api/v1/orders", headers=anna) == 30
    assert ask(client, 8, "POST", "/api/v1/deposits", headers=anna) == 5
    assert ask(client, 15, "PATCH", "/api/v1/users/me", headers=anna) == 12


def test_many_at_once_get_exactly_the_bucket(limited: System) -> None:
    def burst(_: int) -> list[httpx.Response]:
        with limited.outside() as client:
            return [client.post("/api/v1/orders", headers=bearer("carol")) for _ in range(10)]

    before = limited.reached()
    with ThreadPoolExecutor(8) as pool:
        answers = [answer for answers in pool.map(burst, range(8)) for answer in answers]
    assert passed(answers) == 20
    assert limited.reached() - before == 20


def test_who_is_not_signed_in_is_counted_by_address(client: httpx.Client, anna: dict[str, str]) -> None:
    assert ask(client, 30, "GET", "/api/v1/instruments") == 25
    assert ask(client, 30, "GET", "/api/v1/quotes") == 0
    assert ask(client, 5, "GET", "/api/v1/instruments", headers=anna) == 5
    assert ask(client, 10, "POST", "/api/v1/users") == 4
    assert ask(client, 10, "POST", "/api/v1/auth/token") == 6
    assert ask(client, 45, "GET", "/") == 40


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-User-Id", "True-Client-Ip"])
def test_nobody_can_claim_another_address_or_user(client: httpx.Client, name: str) -> None:
    answers = [
        client.post("/api/v1/auth/token", headers={name: f"203.0.113.{number}"}) for number in range(20)
    ]
    assert passed(answers) == 6


@pytest.mark.parametrize(
    "path", ["/api/v1/auth/token", "//api/v1/auth//token", "/api/v1/x/../auth/token?a=b"]
)
def test_no_spelling_gets_around_a_limit(limited: System, address: str, path: str) -> None:
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()
    codes = [limited.raw(request, address)[0] for _ in range(10)]
    assert codes == [200] * 6 + [429] * 4


def test_the_frontend_spends_the_visitors_bucket_not_its_own(
    limited: System, visitor: dict[str, str], anna: dict[str, str]
) -> None:
    with limited.through("gateway.sock") as frontend:
        for headers in (visitor, {"X-Forwarded-For": "192.0.2.10"}, {"X-Forwarded-For": "2001:db8::1"}):
            assert ask(frontend, 10, "POST", "/api/v1/auth/token", headers=headers) == 6
        # A customer of an IPv6 network has all of its addresses.
        answers = [
            frontend.get("/api/v1/instruments", headers={"X-Forwarded-For": f"2001:db8::{number:x}"})
            for number in range(30)
        ]
        assert passed(answers) == 25
        answers = [
            frontend.post("/api/v1/orders", headers={**anna, "X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(25)
        ]
        assert passed(answers) == 20


def test_an_operators_cookie_is_counted_by_its_user(client: httpx.Client) -> None:
    cookie = {"Cookie": f"birzha_operator={token('olga')}"}
    assert ask(client, 20, "GET", "/api/v1/orders", headers=cookie) == 20
    assert ask(client, 20, "GET", "/api/v1/orders", headers=bearer("olga")) == 10


def test_many_others_do_not_give_a_bucket_back(limited: System, visitor: dict[str, str]) -> None:
    """Envoy remembers 20 keys unless told otherwise, and a forgotten bucket comes back full."""
    with limited.through("gateway.sock") as frontend:
        assert ask(frontend, 8, "POST", "/api/v1/auth/token", headers=visitor) == 6
        for number in range(300):
            other = {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250}"}
            assert frontend.post("/api/v1/auth/token", headers=other).status_code == 200
        assert ask(frontend, 3, "POST", "/api/v1/auth/token", headers=visitor) == 0


def test_a_change_of_routes_leaves_the_buckets_as_they_are() -> None:
    with gateway() as system, system.outside() as client:
        assert ask(client, 8, "POST", "/api/v1/auth/token") == 6
        text = system.source.read_text(encoding="utf-8")
        new = "routes:\n- {prefix: /api/v1/news, to: market, token: optional}\n"
        system.source.write_text(text.replace("routes:\n", new), encoding="utf-8")
        system.render()
        admin = Admin(system.run_dir / "gateway-admin.sock")
        wait_until_applied(admin, system.folder / "etc", seconds=60)
        assert client.get("/api/v1/news", headers=bearer("anna")).status_code == 200
        assert ask(client, 3, "POST", "/api/v1/auth/token") == 0


def test_several_gateways_share_each_bucket() -> None:
    with ExitStack() as stack:
        systems = []
        for _ in range(2):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw")))
            systems.append(made(folder, small))
        for system in systems:
            system.port = free_port()
        for system in systems:
            system.gateways = tuple(f"127.0.0.1:{each.port}" for each in systems)
        clients = [stack.enter_context(stack.enter_context(running(one)).outside()) for one in systems]
        counts = [ask(client, 20, "POST", "/api/v1/orders", headers=bearer("anna")) for client in clients]
        assert counts == [10, 10]  # together the 20 of one
        assert [ask(client, 8, "POST", "/api/v1/auth/token") for client in clients] == [3, 3]


def test_limits_are_multiplied_or_turned_off_for_a_run() -> None:
    for rates, expected in ((2.0, 12), (None, 30)):
        with gateway(rates=rates) as system, system.outside() as client:
            assert ask(client, 30, "POST", "/api/v1/auth/token") == expected
            limits = client.post("/api/v1/auth/token").headers.get("X-RateLimit-Limit")
            assert limits == ("12" if rates else None)


def test_the_real_file_is_what_counts() -> None:
    with gateway(lambda raw: None) as system, system.outside() as client:
        signs_up = load(SOURCE_FILE).rate_limit("sign_up").address
        assert signs_up is not None
        assert ask(client, signs_up.requests + 5, "POST", "/api/v1/users") == signs_up.requests
