"""Management commands run as documented: ``python -m <service>.manage``, by whatever Python there is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/manage.py") if path.parent.name != "servicekit")

#: The Python that the project's own was made from; it has no Django.
PLAIN = str(Path(sys.base_prefix) / "bin" / "python3")


def plainly(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PLAIN, "-m", *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "BIRZHA_HOME": os.environ["BIRZHA_HOME"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module", autouse=True)
def _plain() -> None:
    assert plainly(ROOT, "django").returncode == 1, f"{PLAIN} has Django: this would show nothing"


def test_every_package_has_the_same_entry_point() -> None:
    texts = {(ROOT / name / "manage.py").read_text().replace(name, "{package}") for name in PACKAGES}
    assert len(PACKAGES) > 5
    assert len(texts) == 1, texts


def test_a_python_without_django_hands_over_to_the_projects_own() -> None:
    done = plainly(ROOT, "trading_service.manage", "check", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "python -m trading_service.manage check" in done.stdout
    assert plainly(ROOT, "trading_service.manage", "no_such_command").returncode == 1


def test_before_anything_is_installed_it_says_what_to_do(tmp_path: Path) -> None:
    for name in (
        "servicekit/__init__.py",
        "servicekit/manage.py",
        "servicekit/privileges.py",
        "user_service/manage.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    done = plainly(tmp_path, "user_service.manage", "check")
    assert (done.returncode, done.stderr) == (1, "Django is not installed here: run make up first.\n")


@pytest.mark.parametrize("command", ["changepassword", "createsuperuser", "flush", "loaddata"])
def test_no_command_writes_past_the_use_cases(command: str) -> None:
    done = plainly(ROOT, "billing_service.manage", command)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{command} is not offered: ")
