"""The settings of a service: one base, which reads the environment of the service that is named before it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from servicekit.settings.environment import REPOSITORY

SERVICES = ("user", "market", "trading", "billing", "notification")
VALUES = (
    "SECRET_KEY", "DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "REDIS_URL", "JWKS_URL",
    "GATEWAY_URL", "LINK_KEY",
)  # fmt: skip
#: What a system tells of its services; only the names and slugs matter here.
KNOWN = json.dumps([{"name": name, "slug": name} for name in SERVICES])


def run(code: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, without what the environment of these tests says."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("BIRZHA_")}
    variables |= {"BIRZHA_HOME": str(home), **more}
    argv = [sys.executable, "-c", code]
    return subprocess.run(argv, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A system's folder, in which each service's values carry its name."""
    (tmp_path / "etc").mkdir()
    for service in (*SERVICES, "web"):
        lines = [f"BIRZHA_{name}={service}-{name.lower()}" for name in VALUES]
        lines.append(f"BIRZHA_SERVICES={KNOWN}")
        (tmp_path / "etc" / f"{service}.env").write_text("\n".join(lines))
    return tmp_path


PACKAGES = (*(f"{service}_service" for service in SERVICES), "web_frontend")


@pytest.mark.parametrize(("package", "debug"), [*((name, "") for name in PACKAGES), (PACKAGES[0], "1")])
def test_a_service_has_its_own_environment(package: str, debug: str, home: Path) -> None:
    code = f"""
import json, {package}.config.settings as s
own = [s.SERVICE_NAME, s.SECRET_KEY, s.REDIS_URL, s.ROOT_URLCONF, str(s.LOCALE_PATHS[0])]
print(json.dumps([*own, s.TEMPLATES[0]["OPTIONS"]["loaders"]]))
"""
    name = package.partition("_")[0]
    result = run(code, home, BIRZHA_DEBUG=debug)
    *found, loaders = json.loads(result.stdout or result.stderr)

    locale = str(REPOSITORY / package / "locale")
    assert found == [name, f"{name}-secret_key", f"{name}-redis_url", f"{package}.config.urls", locale]
    assert ("django.template.loaders.cached.Loader" in loaders[0]) is not bool(debug)


def test_a_process_never_mixes_the_settings_of_two_services(home: Path) -> None:
    result = run("import user_service.config.settings, market_service.config.settings", home)

    assert result.returncode == 1
    message = "This process has the settings of user_service, so it cannot have those of market_service."
    assert result.stderr.splitlines()[-1].endswith(message)


def test_the_base_requires_whose_settings_they_are(home: Path) -> None:
    result = run("import servicekit.settings.base", home)

    assert 'settings_of("<package>") comes before the import' in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_web_server_does_not_load_what_runs_due_tasks(package: str, home: Path) -> None:
    code = f"""
import sys
from {package}.config.wsgi import application
from django.urls import get_resolver
assert get_resolver().url_patterns
print("servicekit.messaging.operate.due_tasks" in sys.modules)
"""
    result = run(code, home, DJANGO_SETTINGS_MODULE=f"{package}.config.settings")
    assert result.stdout == "False\n", result.stderr
