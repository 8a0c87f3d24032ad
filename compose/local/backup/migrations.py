"""Which migrations a backup's databases have, and which a version of Birzha knows."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

from compose.local.paths import ROOT


def applied(connection: Any, package: str) -> list[str]:
    """Those of a service's database that this version knows, as ``orders.0001_initial``; of none, none.

    One that it does not know is of a canary's version, which was let in because this one bears it
    (``compose/local/canary/migrations.py``): it is no reason to refuse what this version has made.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return []
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return [row[0] for row in cursor.fetchall() if is_known(row[0], package)]


def is_known(migration: str, package: str) -> bool:
    """Whether a service of this version can have it. Its app may be called otherwise than its folder."""
    return migration.partition(".")[2] in _names(package)


@cache
def _names(package: str) -> frozenset[str]:
    folders = [ROOT / package, ROOT / "servicekit"]
    folders += [Path(found) / "django" / "contrib" for found in sys.path if found.endswith("site-packages")]
    return frozenset(file.stem for folder in folders for file in folder.glob("**/migrations/*.py"))
