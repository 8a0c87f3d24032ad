"""PostgreSQL: each role opens its own database, and only its owner makes tables there."""

from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest

from compose.local import databases, postgres
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.settings import Settings
from compose.local.stack import Stack
from compose.system import AUDITOR_CONNECTIONS, OWNER_CONNECTIONS, SERVICES

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


def test_its_log_holds_no_values(system: Stack, passwords: dict[str, str]) -> None:
    """A refused row, a key that is taken, a slow statement: what was in it is nobody's to read in a log."""
    canary = "canary-7Qx9"
    owner = (system.home, "user_owner", passwords["user_owner"], "user")
    query(*owner, "CREATE TABLE probe (name text UNIQUE CHECK (name <> 'a'), n int NOT NULL)")
    try:
        query(*owner, f"INSERT INTO probe VALUES ('{canary}', 1)")
        for refused in (
            f"INSERT INTO probe VALUES ('{canary}', 2)",
            f"INSERT INTO probe VALUES ('{canary}x', NULL)",
            f"INSERT INTO probe VALUES ('a', (SELECT 1 WHERE '{canary}' <> ''))",
            f"INSERT INTO nowhere VALUES ('{canary}')",
            f"SELECT '{canary}' FROM probe WHERE",
            f"DO $$ BEGIN RAISE EXCEPTION 'no' USING DETAIL = '{canary}'; END $$",
        ):
            with pytest.raises(psycopg2.Error):
                query(*owner, refused)
        query(*owner, f"SELECT pg_sleep(1.2), '{canary}'")
        log = (system.home.log / "postgres.log").read_text()
        assert "duplicate key value violates unique constraint" in log
        assert "null value in column" in log
        assert canary not in log
    finally:
        query(*owner, "DROP TABLE probe")


def test_a_role_that_takes_every_connection_it_may_leaves_the_others_theirs(
    system: Stack, passwords: dict[str, str]
) -> None:
    def limit(role: str) -> int:
        rows = query(
            system.home, "postgres", passwords["postgres"], "postgres",
            f"SELECT rolconnlimit FROM pg_roles WHERE rolname = '{role}'",
        )  # fmt: skip
        return int(rows[0][0])

    allowed = limit("trading")
    held = []
    try:
        with pytest.raises(psycopg2.OperationalError, match="too many connections"):
            for _ in range(allowed + 1):
                held.append(
                    databases.connect(
                        system.home, role="trading", password=passwords["trading"], database="trading"
                    )
                )
        assert len(held) == allowed
        for name in NAMES:
            if name != "trading":
                assert query(system.home, name, passwords[name], name, "SELECT 1") == [(1,)]
    finally:
        for connection in held:
            connection.close()
    limits = [limit(name) for name in NAMES]
    assert all(each >= 8 for each in limits)
    most = query(system.home, "postgres", passwords["postgres"], "postgres", "SHOW max_connections")
    owners = len(NAMES) * OWNER_CONNECTIONS
    assert sum(limits) + owners + AUDITOR_CONNECTIONS + 3 <= int(most[0][0])


def test_data_of_another_major_version_is_refused_untouched(folder: Path) -> None:
    home = Home.at(folder / "home")
    home.create()
    data = postgres.data_folder(home)
    data.mkdir()
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(CommandError, match="made by PostgreSQL 17, this is 18"):
        Stack(home).start_servers(Settings.read(home))
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_it_carries_what_operators_look_with(system: Stack, passwords: dict[str, str]) -> None:
    rows = query(
        system.home, "postgres", passwords["postgres"], "postgres",
        "SELECT name FROM pg_available_extensions",
    )  # fmt: skip
    assert {"amcheck", "pg_buffercache", "pg_stat_statements", "pg_trgm"} <= {row[0] for row in rows}
