"""What a person may choose, and what they are told when it cannot be."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from compose.local import traces_settings
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.report import rate_limits
from compose.local.settings import Settings, free_port, require_free_port
from gateway.config.traces import Traces


def test_the_defaults(folder: Path) -> None:
    settings = Settings.read(Home.at(folder), {})
    assert (settings.port, settings.bind) == (8000, "127.0.0.1")
    assert settings.public_url == "http://127.0.0.1:8000"


def test_the_last_start_s_port_is_found_again(folder: Path) -> None:
    home = Home.at(folder)
    home.write_state(port=9001, bind="0.0.0.0")
    assert Settings.read(home, {}).port == 9001
    assert Settings.read(home, {}).public_url == "http://127.0.0.1:9001"
    assert Settings.read(home, {"BIRZHA_PORT": "9002"}).port == 9002


@pytest.mark.parametrize("port", ["x", "0", "-1", "65536", "80.5"])
def test_a_port_that_is_none(folder: Path, port: str) -> None:
    with pytest.raises(CommandError, match="must be a port"):
        Settings.read(Home.at(folder), {"BIRZHA_PORT": port})


def test_an_address_that_is_none(folder: Path) -> None:
    with pytest.raises(CommandError, match="must be an address"):
        Settings.read(Home.at(folder), {"BIRZHA_BIND": "localhost"})
    assert Settings.read(Home.at(folder), {"BIRZHA_BIND": "::1"}).public_url == "http://[::1]:8000"


def test_a_choice_that_is_none(folder: Path) -> None:
    with pytest.raises(CommandError, match="replay, simulated or manual"):
        Settings.read(Home.at(folder), {"BIRZHA_FEED": "bloomberg"})
    with pytest.raises(CommandError, match="seconds, 10–288000"):
        Settings.read(Home.at(folder), {"BIRZHA_DAY_S": "5"})
    with pytest.raises(CommandError, match="such as 2012-06-12"):
        Settings.read(Home.at(folder), {"BIRZHA_REPLAY_FROM": "yesterday"})
    with pytest.raises(CommandError, match="BIRZHA_BACKUP_EVERY_H=daily must be a whole number, 1–8760"):
        Settings.read(Home.at(folder), {"BIRZHA_BACKUP_EVERY_H": "daily"})
    with pytest.raises(CommandError, match="BIRZHA_BACKUPS_KEPT=0 must be a whole number"):
        Settings.read(Home.at(folder), {"BIRZHA_BACKUPS_KEPT": "0"})
    with pytest.raises(CommandError, match="BIRZHA_COST_METHOD=lifo: it is either average or fifo"):
        Settings.read(Home.at(folder), {"BIRZHA_COST_METHOD": "lifo"})


def test_traces_by_the_names_of_opentelemetry(folder: Path) -> None:
    home, endpoint = Home.at(folder), "OTEL_EXPORTER_OTLP_ENDPOINT"
    given = {
        endpoint: "https://traces.example.org", "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.05",
    }  # fmt: skip
    settings = Settings.read(home, given)
    of_gateway = traces_settings.of_gateway(settings.traces)
    assert of_gateway == Traces("https://traces.example.org", 0.05, (("x-key", "a b"),))
    assert (of_gateway.url, of_gateway.place) == (
        "https://traces.example.org/v1/traces",
        "traces.example.org:443",
    )
    home.write_state(**settings.state)
    assert Settings.read(home, {}).traces == settings.traces
    assert Settings.read(home, {endpoint: ""}).changed_since(home.read_state()) == [endpoint]
    assert traces_settings.of_gateway(Settings.read(home, {endpoint: ""}).traces) is None
    for name, wrong in {
        endpoint: "localhost:4318",
        "OTEL_TRACES_SAMPLER": "some",
        "OTEL_TRACES_SAMPLER_ARG": "5",
        "OTEL_EXPORTER_OTLP_HEADERS": "secret",
    }.items():
        with pytest.raises(CommandError, match=name) as refused:
            Settings.read(home, {name: wrong})
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("SMTP_URL", "mail.example.org"), ("SMTP_URL", "http://mail.example.org"), ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://host:x"), ("MAIL_FROM", "Birzha"), ("PRIVATE_WEBHOOKS", "localhost"),
        ("PRIVATE_WEBHOOKS", "10.0.0.1/8"),
    ],
)  # fmt: skip
def test_a_way_out_that_is_none(folder: Path, name: str, wrong: str) -> None:
    with pytest.raises(CommandError, match=f"BIRZHA_{name}.* must be"):
        Settings.read(Home.at(folder), {f"BIRZHA_{name}": wrong})


def test_a_way_out_is_kept_and_reaches_the_service_alone(folder: Path) -> None:
    url = "smtps://anna:secret@mail.example.org"
    settings = Settings.read(Home.at(folder), {"BIRZHA_SMTP_URL": url})
    assert settings.state["smtp_url"] == settings.chosen["smtp_url"] == url
    Home.at(folder).write_state(**settings.state)
    assert Settings.read(Home.at(folder), {}).delivery["smtp_url"] == url
    assert Settings.read(Home.at(folder), {"BIRZHA_SMTP_URL": ""}).delivery["smtp_url"] == ""


@pytest.mark.parametrize(("text", "factor"), [("", 1.0), ("1000", 1000.0), ("0.5", 0.5), ("off", None)])
def test_the_rate_limits_of_a_run(folder: Path, text: str, factor: float | None) -> None:
    settings = Settings.read(Home.at(folder), {"BIRZHA_RATE_LIMITS": text})
    assert settings.rate_limits == factor
    assert settings.rate_limits_text == (text or "1")


@pytest.mark.parametrize("text", ["0", "-1", "none", "inf", "nan"])
def test_rate_limits_that_are_none(folder: Path, text: str) -> None:
    with pytest.raises(CommandError, match="above zero, or off"):
        Settings.read(Home.at(folder), {"BIRZHA_RATE_LIMITS": text})


def test_quotas_are_the_services_own_until_one_is_chosen_and_stay_then(folder: Path) -> None:
    home = Home.at(folder)
    assert not any(Settings.read(home, {}).quotas.values())
    chosen = Settings.read(home, {"BIRZHA_ORDERS_A_DAY": "20000", "BIRZHA_SIGN_UPS_A_DAY": "off"})
    home.write_state(**chosen.state)
    again = Settings.read(home, {"BIRZHA_SIGN_UPS_A_DAY": ""}).quotas
    assert (again["orders_a_day"], again["sign_ups_a_day"]) == ("20000", "")


def test_the_venues_time_zone_stays_until_another_is_chosen(folder: Path) -> None:
    home = Home.at(folder)
    assert Settings.read(home, {}).chosen["venue_time_zone"] == ""
    home.write_state(**Settings.read(home, {"BIRZHA_VENUE_TIME_ZONE": "Europe/Moscow"}).state)
    assert Settings.read(home, {}).chosen["venue_time_zone"] == "Europe/Moscow"
    with pytest.raises(CommandError, match=r"BIRZHA_VENUE_TIME_ZONE=Mars/Olympus is not a time zone"):
        Settings.read(home, {"BIRZHA_VENUE_TIME_ZONE": "Mars/Olympus"})


def test_a_new_system_replays_and_one_of_before_goes_on_with_its_walk(folder: Path) -> None:
    home = Home.at(folder)
    assert Settings.read(home, {}).chosen["feed"] == "replay"
    home.write_state(port=8000)
    assert Settings.read(home, {}).chosen["feed"] == "simulated"
    home.write_state(**Settings.read(home, {"BIRZHA_FEED": "manual", "BIRZHA_DAY_S": "60"}).state)
    chosen = Settings.read(home, {}).chosen
    assert (chosen["feed"], chosen["day_s"], chosen["replay_from"]) == ("manual", "60", "")


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", str(2**31)])
def test_a_quota_that_is_none(folder: Path, text: str) -> None:
    with pytest.raises(CommandError, match=r"BIRZHA_ORDERS_A_DAY=.*whole number above zero, or off"):
        Settings.read(Home.at(folder), {"BIRZHA_ORDERS_A_DAY": text})


@pytest.mark.parametrize(("factor", "message"), [("1", ""), ("off", "OFF"), ("1000", "1000 TIMES")])
def test_rate_limits_that_are_not_the_usual_ones_are_said(factor: str, message: str) -> None:
    text = rate_limits(factor)
    assert message in text
    assert bool(text) == bool(message)


def test_a_port_in_use_is_one_sentence_with_a_way_out() -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        port = occupied.getsockname()[1]
        with pytest.raises(CommandError) as caught:
            require_free_port("127.0.0.1", port)
    assert f"Port {port}" in str(caught.value)
    assert "make up BIRZHA_PORT=" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_free_port_is_fine() -> None:
    require_free_port("127.0.0.1", free_port())


def test_whether_operators_need_a_second_factor(folder: Path) -> None:
    home = Home.at(folder)
    assert Settings.read(home, {}).chosen["operator_second_factor"] == ""
    chosen = Settings.read(home, {"BIRZHA_OPERATOR_SECOND_FACTOR": "required"})
    assert chosen.chosen["operator_second_factor"] == "required"
    home.write_state(**chosen.state)
    assert Settings.read(home, {}).operator_second_factor == "required"  # until it is said otherwise
    with pytest.raises(CommandError, match="it is either optional or required"):
        Settings.read(home, {"BIRZHA_OPERATOR_SECOND_FACTOR": "yes"})


def test_the_address_of_the_source_is_kept_and_must_be_one(folder: Path) -> None:
    home = Home.at(folder)
    assert Settings.read(home, {}).chosen["source_url"] == ""
    chosen = Settings.read(home, {"BIRZHA_SOURCE_URL": "https://example.org/birzha.git"})
    assert chosen.chosen["source_url"] == "https://example.org/birzha.git"
    home.write_state(**chosen.state)
    assert Settings.read(home, {}).source_url == "https://example.org/birzha.git"
    for bad in (
        "javascript:alert(1)",
        "example.org/birzha",
        "https://name:secret@example.org",
        "https://a b",
    ):
        with pytest.raises(CommandError):
            Settings.read(home, {"BIRZHA_SOURCE_URL": bad})
