"""`make dev`: what a change of a file asks for, and that nobody else than this machine sees DEBUG."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from compose.local import code, dev, environment, restart, secrets, shells
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.settings import Settings
from compose.system import WEB_SERVERS
from servicekit.settings.environment import Environment

EVERY = [service.name for service in WEB_SERVERS]


@pytest.mark.parametrize(
    ("files", "services"),
    [
        (["trading_service/orders/apis.py"], ["trading"]),
        (["user_service/locale/ru/LC_MESSAGES/django.po", "web_frontend/urls.py"], ["user", "web"]),
        (["servicekit/money.py"], EVERY),
        (["web_frontend/templates/base.html", "web_frontend/static/site.css"], []),
        (["servicekit/admin/templates/admin/base.html"], []),
        (["gateway/gateway.yaml", "compose/system/services.py"], []),
    ],
)
def test_a_change_starts_those_anew_who_have_read_it(files: list[str], services: list[str]) -> None:
    assert [service.name for service in dev.services_of(files)] == services


def test_changes_are_new_files_gone_files_and_others(tmp_path: Path) -> None:
    folder = tmp_path / "trading_service" / "orders"
    for name in ("changed.py", "gone.py", "same.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1\n")
    before, digests = code.stamps(tmp_path), code.digests(tmp_path)
    (folder / "changed.py").write_text("22\n")
    (folder / "gone.py").unlink()
    (folder / "new.html").write_text("")
    for unread in ("tests/test_x.py", "__pycache__/x.py", "notes.md"):
        (folder / unread).parent.mkdir(exist_ok=True)
        (folder / unread).write_text("")

    changed = dev.changed_files(before, code.stamps(tmp_path))

    assert changed == [f"trading_service/orders/{name}" for name in ("changed.py", "gone.py", "new.html")]
    found = {name for name, digest in code.digests(tmp_path).items() if digests[name] != digest}
    assert found == {"trading_service"}


def test_code_that_no_python_can_read_is_reported_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "bad.py").write_text("x = 1\ndef f(:\n")

    problems = dev.broken(["good.py", "bad.py", "gone.py", "page.html"], tmp_path)

    assert problems == ["bad.py:2: invalid syntax"]


@pytest.mark.parametrize(
    "reachable",
    [
        {"BIRZHA_BIND": "0.0.0.0"},
        {"BIRZHA_BIND": "::"},
        {"BIRZHA_BIND": "192.0.2.1"},
        {"BIRZHA_PUBLIC_URL": "https://exchange.example.org"},
        {"BIRZHA_TRUSTED_PROXIES": "127.0.0.1"},
        {"BIRZHA_ALLOWED_HOSTS": "*"},
    ],
)
def test_debug_is_refused_where_others_come_in(folder: Path, reachable: dict[str, str]) -> None:
    home = Home.at(folder / "home")
    Settings.read(home, reachable)

    with pytest.raises(CommandError, match=next(iter(reachable))):
        Settings.read(home, reachable | {"BIRZHA_DEBUG": "1"})


def test_debug_reaches_the_services_and_a_running_system_keeps_to_it(folder: Path) -> None:
    home = Home.at(folder / "home")
    home.create()
    passwords = secrets.load(home)
    shown = {}
    for chosen in ("1", ""):
        settings = Settings.read(home, {"BIRZHA_DEBUG": chosen})
        environment.write(home, settings, passwords)
        shown[chosen] = [environment.read(home, name).get("BIRZHA_DEBUG", "") for name in EVERY]
        home.write_state(**settings.state)
        other = Settings.read(home, {"BIRZHA_DEBUG": "" if chosen else "1"})
        assert other.changed_since(home.read_state()) == ["BIRZHA_DEBUG"]

    assert shown == {"1": ["1"] * len(EVERY), "": [""] * len(EVERY)}


def test_a_service_refuses_debug_under_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIRZHA_DEBUG", "1")
    monkeypatch.setenv("BIRZHA_PUBLIC_URL", "http://127.0.0.1:9000")
    assert Environment("web").debug

    monkeypatch.setenv("BIRZHA_PUBLIC_URL", "http://192.0.2.1:9000")
    with pytest.raises(ImproperlyConfigured, match=r"192\.0\.2\.1"):
        _ = Environment("web").debug

    monkeypatch.setenv("BIRZHA_DEBUG", "")
    assert not Environment("web").debug


@pytest.mark.parametrize("name", ["", "tradign", "redis", "--help"])
def test_an_unknown_service_is_answered_with_the_known_ones(name: str, folder: Path) -> None:
    home = Home.at(folder / "home")
    for command in (
        lambda: restart.chosen(name),
        lambda: shells.shell(home, name, ()),
        lambda: shells.psql(home, name, ()),
    ):
        with pytest.raises(CommandError, match="one of user, market, trading, billing, notification, web"):
            command()


def test_the_pages_have_no_database(folder: Path) -> None:
    with pytest.raises(CommandError, match="web_frontend has no database; these have: user, market"):
        shells.psql(Home.at(folder / "home"), "web", ())


def test_nothing_is_requested_of_a_system_that_does_not_run(folder: Path) -> None:
    home = Home.at(folder / "home")
    for command in (
        lambda: restart.restart(home, [restart.chosen("web")]),
        lambda: shells.shell(home, "trading_service", ()),
        lambda: shells.psql(home, "trading", ()),
    ):
        with pytest.raises(CommandError, match="Birzha is not running"):
            command()
