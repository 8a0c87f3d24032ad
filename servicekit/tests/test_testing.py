"""The plugin of the tests: the paths under test choose the settings, and two projects are never mixed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from servicekit.testing import database, plugin
from servicekit.testing.plugin import settings_of

REPOSITORY = plugin.REPOSITORY


@pytest.mark.parametrize(
    ("paths", "module"),
    [
        (["trading_service"], "trading_service.config.settings"),
        (
            ["trading_service/tests/orders/test_order_place.py::test_x[a-b]"],
            "trading_service.config.settings",
        ),
        (
            ["trading_service/tests/orders", "trading_service/tests/test_x.py"],
            "trading_service.config.settings",
        ),
        (["servicekit/tests/test_money.py"], "servicekit.testing.project.settings"),
        (["web_frontend"], "web_frontend.config.settings"),
        (["tests/docs", "gateway", "compose/local"], ""),
        (["/tmp"], ""),
    ],
)
def test_the_settings_go_by_the_paths(paths: list[str], module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert settings_of(paths) == module


@pytest.mark.parametrize(
    "paths",
    [
        ["trading_service", "billing_service"],
        ["servicekit", "trading_service"],
        ["trading_service/tests", "tests/docs"],
        ["."],
    ],
)
def test_several_projects_in_one_run_are_refused(paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    with pytest.raises(ValueError, match="need different Django settings"):
        settings_of(paths)


def test_pytest_says_so_before_it_runs_anything() -> None:
    argv = [sys.executable, "-m", "pytest", "-q", "user_service/tests", "market_service/tests"]
    result = subprocess.run(argv, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "market_service, user_service need different Django settings" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("folder", "paths"),
    [
        ("trading_service", ["tests/orders"]),
        ("trading_service/tests", ["orders/test_order_place.py::test_x"]),
        ("web_frontend", ["../trading_service/tests"]),
        ("docs", [str(REPOSITORY / "trading_service")]),
        ("trading_service/tests", ["."]),
    ],
)
def test_paths_count_from_where_one_stands(
    folder: str, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY / folder)
    assert settings_of(paths) == "trading_service.config.settings"


def collect(*arguments: str, folder: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """pytest, started in a folder of the project; it only collects."""
    argv = [sys.executable, "-m", "pytest", "-q", "--collect-only", *arguments]
    environment = os.environ | variables
    return subprocess.run(
        argv, cwd=REPOSITORY / folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.timeout(400)
def test_without_paths_the_folder_one_stands_in_counts() -> None:
    result = collect(folder="user_service/tests/accounts")

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.timeout(400)
def test_only_paths_choose() -> None:
    """Words that are no paths were once taken for packages."""
    result = collect("-k", "user_service", "tests/tls", DJANGO_SETTINGS_MODULE="user_service.config.nothing")

    assert result.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, result.stdout + result.stderr


@pytest.mark.timeout(400)
def test_modules_and_other_settings_are_never_mixed_in() -> None:
    result = collect("--pyargs", "user_service.tests.accounts.test_identifiers")
    assert result.returncode == 0, result.stdout + result.stderr

    result = collect("--ds=market_service.config.settings", "user_service/tests/accounts")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "need 'user_service.config.settings'" in result.stderr


def test_a_run_has_a_copy_of_a_template_that_is_named_after_its_migrations(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test!_trading!_%' ESCAPE '!'")
        templates = [template for (template,) in cursor.fetchall()]

    assert name == settings.DATABASES["default"]["NAME"] == "test_trading"
    assert any(template.endswith(database.digest()[:12]) for template in templates)


def test_a_changed_migration_has_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.apps import apps

    class App:
        path = str(tmp_path)

    (tmp_path / "migrations").mkdir()
    file = tmp_path / "migrations" / "0001_initial.py"
    monkeypatch.setattr(apps, "get_app_configs", lambda: [App()])
    digests = []
    for text in ("one", "two"):
        file.write_text(text)
        digests.append(database.digest())
    file.rename(file.with_name("0002_initial.py"))
    digests.append(database.digest())

    assert len(set(digests)) == 3


@pytest.mark.parametrize("number", [1, 2])
def test_no_test_leaves_its_language_to_the_next(number: int) -> None:
    assert translation.get_language() == "en"
    translation.activate("ru")


@pytest.mark.django_db(transaction=True)
def test_what_a_test_has_committed_is_gone_and_what_migrations_write_is_not() -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.contenttypes.models import ContentType

    users, kinds = get_user_model().objects, ContentType.objects.count()
    users.create(username="left")

    database.empty(connection)

    assert (users.count(), ContentType.objects.count()) == (0, kinds)
    assert kinds
