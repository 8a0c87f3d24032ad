"""The public address, trusted proxies and host names that a person may choose, and those that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.public import own_hosts
from compose.local.settings import Settings

HTTPS = {"BIRZHA_PUBLIC_URL": "https://Birzha.example.org/"}


def read(folder: Path, **variables: str) -> Settings:
    return Settings.read(Home.at(folder), {f"BIRZHA_{name}": value for name, value in variables.items()})


def test_the_public_address_is_not_this_machines(folder: Path) -> None:
    settings = Settings.read(Home.at(folder), HTTPS)
    assert settings.public_url == settings.site.public_url == "https://birzha.example.org"
    assert settings.local_url == "http://127.0.0.1:8000"
    assert "birzha.example.org" in settings.hosts


def test_without_one_each_request_has_its_own(folder: Path) -> None:
    assert read(folder).site.public_url == ""
    assert read(folder).public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "url",
    [
        "birzha.example.org", "https://", "https://a b", "ftp://a.b", "https://a.b/birzha", "https://a.b?x=1",
        "https://me@a.b", "https://a.b:0x1", "https://a.b:70000", "https://[::1", "https://a_b..c",
    ],
)  # fmt: skip
def test_a_public_address_that_is_none(folder: Path, url: str) -> None:
    with pytest.raises(CommandError, match="must be scheme and host"):
        read(folder, PUBLIC_URL=url)


def test_trusted_proxies(folder: Path) -> None:
    settings = read(folder, TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/24,,::1, 127.0.0.1")
    assert settings.trusted_proxies == ("127.0.0.1/32", "10.0.0.0/24", "::1/128")


@pytest.mark.parametrize(
    "text", ["nginx", "1", "10.0.0.1/24", "10.0.0.0/33", "127.0.0.1 10.0.0.1", "0.0.0.0/0", "::/0"]
)
def test_proxies_that_are_none(folder: Path, text: str) -> None:
    with pytest.raises(CommandError, match="BIRZHA_TRUSTED_PROXIES"):
        read(folder, TRUSTED_PROXIES=text)


def test_the_hosts_that_are_answered_to(folder: Path) -> None:
    assert read(folder).hosts == ("localhost", "127.0.0.1", "[::1]")
    assert read(folder, BIND="192.168.1.5").hosts[-1] == "192.168.1.5"
    assert read(folder, ALLOWED_HOSTS="birzha.lan, ::2,Class.Example").hosts[3:] == (
        "birzha.lan", "[::2]", "class.example",
    )  # fmt: skip
    assert read(folder, ALLOWED_HOSTS="*").hosts == ()


def test_on_all_addresses_the_machine_answers_to_each_of_them() -> None:
    import socket

    import psutil

    hosts = own_hosts("0.0.0.0")
    addresses = [
        a.address for each in psutil.net_if_addrs().values() for a in each if a.family == socket.AF_INET
    ]
    assert addresses
    assert set(addresses) <= set(hosts)
    assert "localhost" in hosts


@pytest.mark.parametrize("text", ["https://a.b", "a.b:8000", "a/b", "a b", "[::1", ".example.org", "a..b"])
def test_hosts_that_are_none(folder: Path, text: str) -> None:
    with pytest.raises(CommandError, match="BIRZHA_ALLOWED_HOSTS"):
        read(folder, ALLOWED_HOSTS=text)


def test_the_next_start_has_them_until_they_are_taken_back(folder: Path) -> None:
    home = Home.at(folder)
    home.write_state(public_url="https://a.example", trusted_proxies="10.0.0.1/32", allowed_hosts="b.example")
    again = Settings.read(home, {})
    assert again.fixed_url == "https://a.example"
    assert again.trusted_proxies == ("10.0.0.1/32",)
    assert "b.example" in again.hosts
    assert Settings.read(home, {"BIRZHA_PUBLIC_URL": ""}).fixed_url == ""


def test_the_cookies_of_two_systems_have_other_names(folder: Path) -> None:
    one, other = (Settings.read(Home.at(folder / name), {}) for name in ("one", "other"))
    assert one.site.session_cookie != other.site.session_cookie
    assert one.site.operator_cookie != other.site.operator_cookie
    assert (
        one.site.session_cookie
        == Settings.read(Home.at(folder / "one"), {"BIRZHA_PORT": "9000"}).site.session_cookie
    )
    assert not one.site.session_cookie.startswith("__Host-")
    assert Settings.read(Home.at(folder), HTTPS).site.session_cookie.startswith("__Host-birzha_session_")


def test_a_certificate_comes_with_its_key_and_an_https_address(folder: Path) -> None:
    both = {"TLS_CERT": "/etc/a.crt", "TLS_KEY": "/etc/a.key"}
    settings = read(folder, PUBLIC_URL="https://a.example", **both)
    assert settings.certificate == (Path("/etc/a.crt"), Path("/etc/a.key"))
    with pytest.raises(CommandError, match="must be set together"):
        read(folder, PUBLIC_URL="https://a.example", TLS_CERT="/etc/a.crt")
    for url in ("", "http://a.example"):
        with pytest.raises(CommandError, match="https://"):
            read(folder, PUBLIC_URL=url, **both)


def test_a_running_system_says_what_it_cannot_change(folder: Path) -> None:
    state = read(folder, PORT="9000").state
    assert read(folder, PORT="9000", RATE_LIMITS="5").changed_since(state) == []
    other = read(folder, PORT="9001", PUBLIC_URL="https://a.example", TRUSTED_PROXIES="10.0.0.1")
    assert other.changed_since(state) == ["BIRZHA_PORT", "BIRZHA_PUBLIC_URL", "BIRZHA_TRUSTED_PROXIES"]
    assert other.changed_since({"port": 9001}) == []  # begun by an older version
