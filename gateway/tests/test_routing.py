"""The routes decided from gateway.yaml, before they are rendered for Envoy and nginx."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import pytest

from gateway.config.addresses import Addresses
from gateway.config.envoy.clusters import clusters
from gateway.config.names import upstream_cluster
from gateway.config.nginx.servers import exports, versions
from gateway.config.routing import Match, Reply, Retry, RouteRule, Upstream, route_table
from gateway.config.routing.table import FILE_FORMATS
from gateway.config.source import load

GATEWAY = load()
TIMES = GATEWAY.timeouts
SAFE = ("GET", "HEAD", "OPTIONS")


def rules(address: str, canaries: Iterable[str] = ()) -> list[RouteRule]:
    """The rules of exactly this address, in their order."""
    return [rule for rule in route_table(GATEWAY, set(canaries)).rules if rule.match.address == address]


def test_an_order_is_read_again_when_trading_fails_and_written_once() -> None:
    read, write = rules("/api/v1/orders")
    assert read == RouteRule(
        Match("/api/v1/orders", methods=SAFE),
        Upstream("trading"),
        token="required",
        limit="reads",
        timeout_s=TIMES.safe,
        retry=Retry(("gateway-error", "reset", "connect-failure"), GATEWAY.retries, try_s=TIMES.safe_try),
    )
    assert write == RouteRule(
        Match("/api/v1/orders"),
        Upstream("trading"),
        token="required",
        limit="orders",
        timeout_s=TIMES.unsafe,
        retry=Retry(("connect-failure", "refused-stream"), GATEWAY.retries),
    )


def test_a_page_answers_once_however_it_fails() -> None:
    read, _ = rules("/static")
    assert read.retry == Retry(("reset", "connect-failure"), GATEWAY.retries, try_s=TIMES.page_try)


def test_pages_are_cached_for_anonymous_requests_and_a_search_is_not_retried() -> None:
    cached_search, search, cached, read, write = rules("/api/v1/instruments")
    for rule, other in ((cached_search, search), (cached, read)):
        assert rule.to == Upstream("market", "pages")
        assert (rule.match.without_token, rule.match.without_cookie) == (True, True)
        assert rule.match.methods == ("GET", "HEAD")
        assert rule.token == "ignored"
        assert other.to == Upstream("market")
        assert other.token == "optional"
    for rule in (cached_search, search):
        assert rule.match.parameter == "search"
        assert rule.retry
        assert (rule.retry.on, rule.retry.try_s) == (("connect-failure",), None)
    assert all(rule.cached for rule in (cached_search, search, cached, read, write))


def test_who_brings_no_token_where_it_is_optional_has_a_rule_without_a_check() -> None:
    anonymous, signed_in = rules("/api/v1/quotes/stream")
    assert (anonymous.match.without_token, anonymous.token) == (True, "ignored")
    assert (signed_in.match.without_token, signed_in.token) == (False, "optional")
    for rule in (anonymous, signed_in):
        assert rule.to == Upstream("market", "stream")
        assert (rule.timeout_s, rule.idle_timeout_s, rule.retry) == (0, TIMES.stream_idle, None)


def test_files_come_before_the_other_reads_and_are_not_retried() -> None:
    *files, read, _ = rules("/api/v1/operations")
    assert [(rule.match.parameter, rule.match.value) for rule in files[::2]] == [
        ("format", "csv"),
        ("format", "xlsx"),
    ]
    assert [rule.match.accepts for rule in files[1::2]] == list(FILE_FORMATS.values())
    assert {rule.to for rule in files} == {Upstream("billing", "files")}
    assert read.to == Upstream("billing")
    pages = [rules(path)[0] for path in ("/history.csv", "/history.xlsx", "/statement.pdf")]
    assert {rule.to for rule in pages} == {Upstream("web", "handed_over")}
    for rule in (*files, *pages):
        assert (rule.timeout_s, rule.idle_timeout_s, rule.retry) == (0, TIMES.export_idle, None)


@pytest.mark.parametrize(
    ("address", "to"),
    [
        ("/api/v1/auth/token", Upstream("user", "hashed")),
        ("/sign-in", Upstream("web", "handed_on")),
    ],
)
def test_only_a_write_brings_a_password(address: str, to: Upstream) -> None:
    read, write = rules(address)
    assert (read.to, write.to) == (Upstream(to.service), to)


def test_the_closed_addresses_stand_before_the_fallback_and_no_tunnel_is_first() -> None:
    decided = route_table(GATEWAY).rules
    closed = [rule for rule in decided if isinstance(rule.to, Reply)]
    assert [rule.match.address for rule in closed] == ["/", *GATEWAY.closed]
    assert decided[0].match == Match("/", methods=("CONNECT",))
    assert [rule.to for rule in decided[-2:]] == [Upstream("web"), Upstream("web")]
    assert [rule.match.address for rule in decided[-2:]] == ["/", "/"]


def test_a_canary_makes_three_of_a_rule_and_changes_no_other_services() -> None:
    always, never, shared, *writes = rules("/api/v1/orders", {"trading", "web"})
    assert [rule.match.version for rule in (always, never, shared)] == ["always", "never", ""]
    assert [rule.to for rule in (always, never, shared)] == [
        Upstream("trading", version=version) for version in ("canary", "stable", "shared")
    ]
    assert len(writes) == 3
    for rule in (always, never, shared):
        assert rule.retry
        assert (rule.retry.on, rule.retry.elsewhere) == (("5xx", "reset", "connect-failure"), True)
    for rule in writes:
        assert rule.retry
        assert (rule.retry.on, rule.retry.elsewhere) == (("connect-failure", "refused-stream"), True)
    other = "/api/v1/deposits"
    assert rules(other, {"trading", "web"}) == rules(other)


def test_of_a_canary_who_is_not_known_to_the_gateway_is_only_shared() -> None:
    read, write = rules("/sign-in", {"web"})
    assert (read.match.version, read.to) == ("", Upstream("web", version="shared"))
    assert write.to == Upstream("web", "handed_on")  # passwords are the first version's
    pages = [rule for rule in rules("/api/v1/instruments", {"market"}) if rule.token == "ignored"]
    assert {rule.to for rule in pages} == {Upstream("market", "pages", "shared")}


@pytest.mark.parametrize("canaries", [(), ("market",), ("user", "market", "trading", "web")])
def test_every_rule_leads_to_a_cluster_and_by_nginx_to_a_server(canaries: tuple[str, ...]) -> None:
    addresses = Addresses.of(GATEWAY.target("local"), Path("/run"))
    known = {cluster["name"] for cluster in clusters(GATEWAY, addresses, canaries)}
    table = route_table(GATEWAY, canaries)
    ways = {rule.to for rule in table.rules if isinstance(rule.to, Upstream)}
    ways |= {dataclasses.replace(way, version="canary") for way in ways if way.version == "shared"}
    wanted = {upstream_cluster(way) for way in ways}
    assert wanted <= known
    assert {version.name for version in versions(GATEWAY, addresses)} >= set(table.services("pages"))
    assert {one.service for one in exports(GATEWAY, addresses)} == set(table.services("files", "handed_over"))


def test_every_rule_counts_for_a_limit_that_there_is() -> None:
    limits = {limit.name for limit in GATEWAY.rate_limits}
    assert {rule.limit for rule in route_table(GATEWAY).rules} <= limits
