"""The pytest plugin of every service's tests (``-p servicekit.testing.plugin`` in pyproject.toml).

Picks the Django project from the paths given to pytest (one service a run), starts PostgreSQL and
Redis when nobody has, and gives the fixtures.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def _package() -> str:
    """The package under test, by the first path argument that names one."""
    for argument in sys.argv[1:]:
        path = Path(argument.partition("::")[0])
        if path.exists():
            relative = path.resolve()
            if relative.is_relative_to(REPOSITORY) and relative != REPOSITORY:
                return relative.relative_to(REPOSITORY).parts[0]
    return ""


def _choose_project() -> None:
    package = _package()
    if package.endswith("_service") or package == "web_frontend":
        module = f"{package}.config.settings"
    elif package == "servicekit":
        module = "servicekit.testing.project.settings"
    else:
        return
    if importlib.util.find_spec(package) is None:
        return
    os.environ.setdefault("BIRZHA_HOME", str(REPOSITORY / ".birzha-test"))
    os.environ["BIRZHA_DATABASE_AS_OWNER"] = "1"
    os.environ["BIRZHA_COOKIE_SUFFIX"] = ""  # a test knows the cookies' names
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    if not _backing_is_up():
        subprocess.run(
            [sys.executable, "-m", "compose.local", "backing", "up", "--home", os.environ["BIRZHA_HOME"]],
            cwd=REPOSITORY,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _backing_is_up() -> bool:
    """Whether the PostgreSQL of this home answers on its socket."""
    import socket

    from servicekit.settings import environment

    host = environment("trading").get("BIRZHA_DATABASE_HOST")
    if not host:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(f"{host}/.s.PGSQL.5432")
        except OSError:
            return False
    return True


if "PYTEST_XDIST_WORKER" not in os.environ:
    _choose_project()

if "DJANGO_SETTINGS_MODULE" in os.environ:
    pytest_plugins = ["servicekit.testing.fixtures"]
