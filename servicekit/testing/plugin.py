"""The pytest plugin of every service's tests (``-p servicekit.testing.plugin`` in pyproject.toml).

Picks the Django project by the paths under test (one project a run), starts PostgreSQL and Valkey when
nobody has, and gives the fixtures.
"""

from __future__ import annotations

import fcntl
import gc
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from servicekit.manage import GC_THRESHOLD
from servicekit.settings.environment import REPOSITORY, Environment

#: Held from here to the end of the process, so that a killed run holds nobody up.
_locks: list[int] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Before pytest-django looks for the settings: say which they are.

    Python looks for cycles as seldom as in a worker: that was a quarter of the CPU of a package's tests.
    """
    gc.set_threshold(GC_THRESHOLD)
    options = early_config.known_args_namespace
    paths = options.file_or_dir or [str(early_config.invocation_params.dir)]
    if options.pyargs:
        paths = [path if Path(path).exists() else str(REPOSITORY / path.replace(".", "/")) for path in paths]
    try:
        module = settings_of(paths)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    if options.ds not in (None, module):
        raise pytest.UsageError(
            f"--ds={options.ds}: the settings are chosen by the paths, which need {module!r}."
        )
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # of a shell, for something else
    if module:
        prepare(module, only_collects=options.collectonly)
        early_config.pluginmanager.import_plugin("servicekit.testing.fixtures")
    yield
    if module:
        from django.conf import settings

        # Else each client of a test makes WhiteNoise read every static file: half of such a test's time.
        settings.WHITENOISE_AUTOREFRESH = True

        from servicekit.telemetry import StderrHandler

        StderrHandler.HELD_S = 0.0  # a test sees its lines at once, and none comes after pytest's last


def settings_of(paths: Sequence[str]) -> str:
    """The settings module that the tests under these paths need.

    Args:
        paths: as given to pytest; what follows ``::`` does not matter.

    Returns:
        ``trading_service.config.settings`` and the like; "" for tests without Django.

    Raises:
        ValueError: they belong to several projects, and a process has the settings of one.
    """
    packages = {package for path in paths for package in packages_under(Path(path.partition("::")[0]))}
    modules = {_module(package) for package in packages}
    if len(modules) > 1:
        raise ValueError(
            f"The tests of {', '.join(sorted(packages))} need different Django settings, and a run of pytest "
            'has one: name one package, or let make test ONLY="... ..." run them one after the other.'
        )
    return modules.pop() if modules else ""


def packages_under(path: Path) -> list[str]:
    """The top folder that ``path`` lies in; all that have tests for the checkout itself."""
    resolved = path.resolve()
    if resolved == REPOSITORY:
        return sorted(found.parent.name for found in REPOSITORY.glob("[a-z]*/__init__.py"))
    if resolved.is_relative_to(REPOSITORY):
        return [resolved.relative_to(REPOSITORY).parts[0]]
    return []


def _module(package: str) -> str:
    if package.endswith("_service") or package == "web_frontend":
        return f"{package}.config.settings"
    return "servicekit.testing.project.settings" if package == "servicekit" else ""


def prepare(module: str, *, only_collects: bool = False) -> None:
    """Set the environment of a run with these settings, and have its servers answer.

    Args:
        only_collects: no test is run: it need not wait for another run's.
    """
    os.environ.setdefault("BIRZHA_HOME", str(REPOSITORY / ".birzha-test"))
    os.environ["BIRZHA_DATABASE_AS_OWNER"] = "1"
    os.environ["BIRZHA_COOKIE_SUFFIX"] = ""  # a test knows the cookies' names
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    if not backing_is_up():
        print("- starting PostgreSQL and Valkey for the tests ...", file=sys.stderr, flush=True)
        home = os.environ["BIRZHA_HOME"]
        argv = [sys.executable, "-m", "compose.local", "backing", "up", "--home", home]
        subprocess.run(argv, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    if only_collects:
        return
    # servicekit's tests use trading's database and streams.
    database = "trading" if module.startswith("servicekit") else module.partition("_")[0]
    hold(Path(os.environ["BIRZHA_HOME"]) / f"tests-{database}.lock", f"tests of {database}")


def hold(file: Path, what: str) -> None:
    """Wait until no other process holds ``file``; it is held until this one ends, however that is."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"- another run has the {what}; waiting for it ...", file=sys.stderr, flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    _locks.append(descriptor)


def backing_is_up() -> bool:
    """Whether the PostgreSQL of this home answers on its socket."""
    host = Environment("trading").get("BIRZHA_DATABASE_HOST")
    if not host:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(f"{host}/.s.PGSQL.5432")
        except OSError:
            return False
    return True
