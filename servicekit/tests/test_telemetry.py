"""What a log line holds: what happened, and none of the values that PostgreSQL quotes."""

from __future__ import annotations

import json
import logging

import pytest
from django.db import DatabaseError, connection, transaction

from servicekit.telemetry import JsonFormatter, without_values

CANARY = "canary-7Qx9"
REFUSED = (
    f"INSERT INTO canaries VALUES ('{CANARY}')",
    f"INSERT INTO canaries (name, n) VALUES ('two\n\nparagraphs {CANARY}', NULL)",
    f"SELECT '{CANARY}' FROM canaries WHERE",
    f"SELECT '{CANARY}' || nothing FROM canaries",
)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED)
def test_an_exception_is_logged_without_values(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE canaries (name text UNIQUE, n int NOT NULL DEFAULT 1)")
        cursor.execute(f"INSERT INTO canaries VALUES ('{CANARY}')")
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    error = raised.value
    assert CANARY in str(error)
    record = logging.LogRecord("a", logging.ERROR, "", 0, "%s", (error,), (type(error), error, None))
    line = json.loads(JsonFormatter("user").format(record))
    assert CANARY not in json.dumps(line)
    assert line["message"].splitlines()[0] == str(error).splitlines()[0]
    assert line["exception"].startswith("Traceback")


def test_what_follows_a_detail_stays() -> None:
    error = f"E: taken\nDETAIL:  Key (a)=(x\n\n{CANARY}) is.\n"
    text = f"Traceback:\n{error}\nThe above exception was the cause:\n\nTraceback:\n{error}"
    assert without_values(text) == (
        "Traceback:\nE: taken\n\nThe above exception was the cause:\n\nTraceback:\nE: taken\n"
    )
