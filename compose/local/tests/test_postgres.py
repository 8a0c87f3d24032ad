"""PostgreSQL: each role opens its own database, and only its owner makes tables there."""

from __future__ import annotations

import psycopg2
import pytest

from compose.local import databases
from compose.local.paths import Home
from compose.local.stack import Stack
from compose.services import SERVICES

NAMES = [service.name for service in SERVICES]


def query(home: Home, role: str, password: str, database: str, *statements: str) -> list[tuple]:
    connection = databases.connect(home, role=role, password=password, database=database)
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", ["", "_owner"])
def test_a_role_opens_its_own_database_and_no_other(
    system: Stack, passwords: dict[str, str], name: str, suffix: str
) -> None:
    role = name + suffix
    assert query(system.home, role, passwords[role], name, "SELECT current_user") == [(role,)]
    for other in {*NAMES, "template1"} - {name}:
        with pytest.raises(psycopg2.OperationalError, match="reject"):
            query(system.home, role, passwords[role], other, "SELECT 1")


def test_without_the_password_nobody_gets_in(system: Stack) -> None:
    for role in ("trading", "trading_owner", "auditor", "postgres"):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            query(system.home, role, "guess", "trading", "SELECT 1")


def test_the_application_reads_and_writes_rows_and_makes_no_tables(
    system: Stack, passwords: dict[str, str]
) -> None:
    def as_owner(*statements: str) -> list[tuple]:
        return query(system.home, "trading_owner", passwords["trading_owner"], "trading", *statements)

    def as_application(*statements: str) -> list[tuple]:
        return query(system.home, "trading", passwords["trading"], "trading", *statements)

    as_owner("CREATE TABLE probe (id bigint GENERATED ALWAYS AS IDENTITY, note text)")
    try:
        as_application("INSERT INTO probe (note) VALUES ('a')", "UPDATE probe SET note = 'b'")
        assert as_application("SELECT note FROM probe") == [("b",)]
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "CREATE TEMP TABLE mine (id int)",
            "DROP TABLE probe",
            "TRUNCATE probe",
            "ALTER TABLE probe ADD more int",
            "CREATE SCHEMA mine",
            "CREATE DATABASE mine",
            "CREATE ROLE mine",
            "SET ROLE trading_owner",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                as_application(forbidden)
        auditor = (system.home, "auditor", passwords["auditor"], "trading")
        assert query(*auditor, "SELECT note FROM probe") == [("b",)]
        with pytest.raises(psycopg2.Error):
            query(*auditor, "SET default_transaction_read_only = off", "DELETE FROM probe")
    finally:
        as_owner("DROP TABLE probe")


def test_it_listens_on_no_network_and_keeps_what_it_acknowledged(
    system: Stack, passwords: dict[str, str]
) -> None:
    for setting, value in {
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "server_encoding": "UTF8",
    }.items():
        answer = query(system.home, "postgres", passwords["postgres"], "postgres", f"SHOW {setting}")
        assert answer == [(value,)]


def test_search_knows_cyrillic_letters(system: Stack, passwords: dict[str, str]) -> None:
    answer = query(system.home, "market", passwords["market"], "market", "SELECT upper('рубль ёж'), uuidv7()")
    assert answer[0][0] == "РУБЛЬ ЁЖ"


def test_preparing_again_changes_nothing(system: Stack, passwords: dict[str, str]) -> None:
    databases.prepare(system.home, passwords, test_databases=True)
    assert query(system.home, "user", passwords["user"], "user", "SELECT 1") == [(1,)]
