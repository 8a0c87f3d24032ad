"""Query plans of the statements of a piece of code, for tests that hot queries use their indexes."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from celery import Celery
from django.db import connection, transaction

from servicekit.database.base import ANY_SIZE
from servicekit.database.statements import Statement
from servicekit.messaging.operate.due_tasks import DueTasks
from servicekit.testing.sent import Sent

_NEVER_COUNTED = """
SELECT pg_clear_relation_stats('public', tablename) FROM pg_tables WHERE schemaname = 'public'
"""
_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH", "EXECUTE")


@dataclass(frozen=True)
class Plan:
    """The plan of one statement.

    Attributes:
        sql: the statement with its values; a prepared one as ``EXECUTE``.
        tables: the names of all that it reads and writes.
        indexes: the names of the indexes it reads.
        read_whole: the tables that it reads from the first row to the last, as they lie there or
            through an index.
    """

    sql: str
    tables: frozenset[str]
    indexes: frozenset[str]
    read_whole: frozenset[str]


def plans_of(run: Callable[[], object]) -> list[Plan]:
    """Run a piece of code, and return the plan of each statement that it sent.

    Fill the tables and ``ANALYZE`` them before: with a few rows the planner is right to read them all.
    """
    with Sent() as sent:
        run()
    return [plan_of(sql) for sql in sent.commands if sql.upper().startswith(_EXPLAINED)]


def plan_of(sql: str) -> Plan:
    """The plan of one statement, which is not run."""
    return _plan(f"EXPLAIN (FORMAT JSON) {sql}", sql)


def whole_reads(*packages: str) -> dict[str, frozenset[str]]:
    """What the prepared statements of some packages would read from end to end.

    Each is planned as on a connection for tables of any size (``servicekit.database.plan_for_any_size``),
    and as if nobody had ever counted their rows, so it does not matter what the tables hold now, nor whether
    PostgreSQL has just vacuumed what a test before has rolled back.

    Returns:
        Statement, by where it is (``module._NAME``) → tables; those that read none whole are left out.
    """
    found = {}
    for name, statement in _statements_of(packages):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ANY_SIZE.replace("SET ", "SET LOCAL "))
            cursor.execute(_NEVER_COUNTED)
            plan = _plan(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement.numbered}", str(statement))
        if plan.read_whole:
            found[name] = plan.read_whole
    return found


def plan_of_due_tasks(app: Celery) -> Plan:
    """The plan of the statement that looks for the tasks of ``DUE_TASKS``, made in the same way.

    Args:
        app: the service's.
    """
    app.loader.import_default_modules()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ANY_SIZE.replace("SET ", "SET LOCAL "))
        cursor.execute(_NEVER_COUNTED)
        (plan,) = plans_of(DueTasks(app).due)
    return plan


def _plan(explain: str, sql: str) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute(explain)
        answer = cursor.fetchone()[0]
    (top,) = json.loads(answer) if isinstance(answer, str) else answer
    nodes = list(_nodes(top["Plan"]))
    return Plan(
        sql=sql,
        tables=frozenset(node["Relation Name"] for node in nodes if "Relation Name" in node),
        indexes=frozenset(node["Index Name"] for node in nodes if "Index Name" in node),
        read_whole=frozenset(node["Relation Name"] for node in nodes if _reads_whole(node)),
    )


def _reads_whole(node: dict[str, Any]) -> bool:
    """An index in which nothing is looked for is read from end to end."""
    kind = node["Node Type"]
    return kind == "Seq Scan" or (kind.startswith("Index ") and "Index Cond" not in node)


def _statements_of(packages: Sequence[str]) -> Iterator[tuple[str, Statement]]:
    for package in packages:
        for info in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if ".tests" in info.name or ".migrations" in info.name or info.name.endswith(".manage"):
                continue
            for name, value in vars(import_module(info.name)).items():
                if isinstance(value, Statement):
                    yield f"{info.name}.{name}", value


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", []):
        yield from _nodes(inner)
