"""The entry point of every service's management commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from servicekit.stepdown import become_owner

REPOSITORY = Path(__file__).resolve().parent.parent
#: Commands that change tables run as the role that owns them.
OWNER_COMMANDS = {"migrate", "sqlmigrate", "dbshell"}


def main(package: str) -> None:
    """Run ``python -m <package>.manage …``.

    Args:
        package: such as ``trading_service``.
    """
    # Root's commands make no files that the service cannot read.
    become_owner(Path(os.environ.get("BIRZHA_HOME") or REPOSITORY / ".birzha"))
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{package}.config.settings"
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["BIRZHA_DATABASE_AS_OWNER"] = "1"
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"python -m {package}.manage", *sys.argv[1:]])
