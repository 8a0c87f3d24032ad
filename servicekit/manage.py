"""The entry point of every service's management commands."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from pathlib import Path

from servicekit.privileges import become_owner

REPOSITORY = Path(__file__).resolve().parent.parent
#: Commands that change tables, or empty them, run as the role that owns them.
OWNER_COMMANDS = {"migrate", "sqlmigrate", "dbshell", "reset_market"}

#: Commands that work through a file of any size leave the CPU to the orders.
BULK_COMMANDS = {
    "check_market", "import_files", "import_instruments", "import_prices", "load_catalogue", "load_market",
}  # fmt: skip

#: Django's own commands that write past the use-cases: no rule is checked and nothing is published.
REFUSED = {
    "changepassword": "users change their own passwords, on the page /security",
    "createsuperuser": "make_operator makes operators",
    "flush": "make reset deletes everything",
    "loaddata": "rows are written by use-cases only",
}

#: So many objects more than at the last look make Python look for cycles among them. Its own 700 come with
#: every module, and with every few events of a worker, and most are gone without its help.
GC_THRESHOLD = 50_000

#: The Python that ``make up`` installs everything for.
PROJECT_PYTHON = REPOSITORY / ".venv" / "bin" / "python"


def main(package: str) -> None:
    """Run ``python -m <package>.manage …``, by the project's own Python when the present one lacks Django.

    Args:
        package: such as ``trading_service``.
    """
    gc.set_threshold(GC_THRESHOLD)
    if len(sys.argv) > 1 and (why := REFUSED.get(sys.argv[1])):
        sys.exit(f"{sys.argv[1]} is not offered: {why}.")
    if importlib.util.find_spec("django") is None:
        _run_by_project_python(package)
    # Root's commands make no files that the service cannot read.
    become_owner(Path(os.environ.get("BIRZHA_HOME") or REPOSITORY / ".birzha"))
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{package}.config.settings"
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["BIRZHA_DATABASE_AS_OWNER"] = "1"
    if len(sys.argv) > 1 and sys.argv[1] in BULK_COMMANDS:
        os.nice(10)
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"python -m {package}.manage", *sys.argv[1:]])


def _run_by_project_python(package: str) -> None:
    """Become the same command under :data:`PROJECT_PYTHON`; ends the program if that is not there."""
    if not PROJECT_PYTHON.exists() or Path(sys.prefix).resolve() == PROJECT_PYTHON.parent.parent.resolve():
        sys.exit("Django is not installed here: run make up first.")
    os.execv(PROJECT_PYTHON, [str(PROJECT_PYTHON), "-m", f"{package}.manage", *sys.argv[1:]])
