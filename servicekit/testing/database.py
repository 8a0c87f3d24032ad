"""The database of a run of tests: a fresh copy of a migrated template, which is kept while it is up to date.

Migrating takes seconds and copying does not, so that a test that is run again answers sooner, and whatever
a run has left in its database, killed or not, the next one does not meet. The template's name carries a
digest of all migrations: a change of them makes a new one.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import OperationalError

import servicekit.database


def create(connection: Any, *, renew: bool = False) -> str:
    """Make the database ``test_<name>`` of a connection anew, and point the connection to it.

    Args:
        connection: Django's, to the service's own database; nothing is read or written there.
        renew: migrate from the beginning even when the template is up to date.

    Returns:
        The name of the template.
    """
    name = f"test_{connection.settings_dict['NAME']}"
    family = f"{name}_{hashlib.sha256(settings.SETTINGS_MODULE.encode()).hexdigest()[:4]}"
    template = f"{family}{digest()[:12]}"
    drop_database(connection, name)
    for known in _databases(connection, like=f"{family}%"):
        if renew or known != template:
            drop_database(connection, known)
    if not _databases(connection, like=template):
        _migrate(connection, f"{name}_new", template)
    _execute(connection, f"CREATE DATABASE {name} TEMPLATE {template}")
    connection.settings_dict["NAME"] = name
    return template


def empty(connection: Any) -> None:
    """Empty the tables that a test has written to whose transactions were its own.

    Django's flush, in whose place this is, empties every table, and then writes anew which models and
    permissions there are: most of the time of such a test.
    """
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in _tables()))
        if filled := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


@cache
def _tables() -> tuple[str, ...]:
    """Those of the models, but for what migrating writes and no test changes."""
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed}
    return tuple(sorted(tables - {"django_content_type", "auth_permission"}))


def digest() -> str:
    """Of every migration of the installed apps, and of what they use of ``servicekit.database``."""
    folders = [Path(app.path) / "migrations" for app in apps.get_app_configs()]
    folders.append(Path(servicekit.database.__file__).parent)
    found = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.glob("*.py")):
        found.update(f"{file.parent.parent.name}/{file.name}\n".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def _migrate(connection: Any, building: str, template: str) -> None:
    """The template appears under its name when it is complete."""
    connection.settings_dict["TEST"]["NAME"] = building
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    _execute(connection, f"ALTER DATABASE {building} RENAME TO {template}")


def _databases(connection: Any, *, like: str) -> list[str]:
    pattern = like.replace("_", r"\_")
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern])
        return [name for (name,) in cursor.fetchall()]


def drop_database(connection: Any, name: str) -> None:
    """Drop a database of the tests.

    Its clients are ended only by FORCE; its own vacuum PostgreSQL ends by itself, and never by FORCE.
    """
    try:
        _execute(connection, f"DROP DATABASE IF EXISTS {name}")
    except OperationalError:
        _execute(connection, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _execute(connection: Any, statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # it waits for the disk, which others may keep busy
        cursor.execute(statement)
