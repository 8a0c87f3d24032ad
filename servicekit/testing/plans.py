"""How PostgreSQL would run what a piece of code asks it, for tests that hot queries use their indexes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")


@dataclass(frozen=True)
class Plan:
    """The plan of one statement.

    Attributes:
        sql: the statement with its values.
        indexes: the names of the indexes it reads.
        read_whole: the tables it reads from the first row to the last.
    """

    sql: str
    indexes: frozenset[str]
    read_whole: frozenset[str]


def plans_of(run: Callable[[], object]) -> list[Plan]:
    """Run a piece of code, and tell the plan of each statement that it sent.

    Fill the tables and ``ANALYZE`` them before: with a few rows the planner is right to read them all.
    """
    with CaptureQueriesContext(connection) as queries:
        run()
    statements = [query["sql"].strip() for query in queries.captured_queries]
    return [plan_of(sql) for sql in statements if sql.upper().startswith(_EXPLAINED)]


def plan_of(sql: str) -> Plan:
    """The plan of one statement, which is not run."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql.replace("%", "%%"), [])
        answer = cursor.fetchone()[0]
    (top,) = json.loads(answer) if isinstance(answer, str) else answer
    nodes = list(_nodes(top["Plan"]))
    return Plan(
        sql=sql,
        indexes=frozenset(node["Index Name"] for node in nodes if "Index Name" in node),
        read_whole=frozenset(node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"),
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", []):
        yield from _nodes(inner)
