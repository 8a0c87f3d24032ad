"""Many rows in one statement: what is written is what was given, and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import orjson
import pytest
from django.db import DataError, connection, models, transaction

from servicekit.database import Statement
from servicekit.database.bulk import Insert, InsertNew, Lock, Read, Update, Upsert
from servicekit.database.delete import Delete
from servicekit.testing.sent import Sent

pytestmark = pytest.mark.django_db(transaction=True)


class Person(models.Model):
    user_id = models.UUIDField(primary_key=True)
    username = models.CharField(max_length=150)
    display_name = models.CharField(max_length=150)
    version = models.PositiveIntegerField()
    facts = models.JSONField(db_default=models.Value("{}", models.JSONField()))

    class Meta:
        app_label = "messaging"
        db_table = "bulk_person"
        managed = False

    def __str__(self) -> str:
        return self.username


@pytest.fixture(autouse=True)
def _table() -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Person)


class Row(NamedTuple):
    user_id: UUID
    username: str
    display_name: str
    version: int


@dataclass(slots=True)
class Known:
    user_id: UUID
    username: str
    version: int
    note: str = "not a column, and not read"


INSERT = Insert(Person, Row)
LOCK = Lock(Person, Known, key="user_id", order="user_id")


def rows(count: int, **given: Any) -> list[Row]:
    return [
        Row(uuid4(), f"user {number}", given.get("display_name", ""), given.get("version", 1))
        for number in range(count)
    ]


def stored() -> set[tuple[Any, ...]]:
    return set(Person._default_manager.values_list("user_id", "username", "display_name", "version"))


def test_rows_are_deleted_by_key() -> None:
    given = rows(3)
    delete = Delete(Person, key="user_id")
    INSERT.run(given)
    assert delete.run([given[0].user_id, uuid4()]) == 1
    assert delete.run([]) == 0
    assert stored() == set(given[1:])


def test_rows_are_inserted_in_one_statement() -> None:
    given = [*rows(199), Row(uuid4(), 'a "quoted"\nname, {with} \\ everything', "", 7)]
    with transaction.atomic(), Sent() as sent:
        INSERT.defer(given)
    assert [sql.split()[0] for sql in sent.statements] == ["INSERT"]
    assert stored() == set(given)


class Described(NamedTuple):
    """A row whose facts are the text of a JSON document."""

    user_id: UUID
    username: str
    display_name: str
    version: int
    facts: str


def test_json_is_written_as_it_is_and_what_is_known_is_left_out() -> None:
    """Quotes, backslashes, line breaks as JSON escapes them; NULL beside them."""
    facts = [{"reason": 'a "quoted" \\ text,\nof {two} lines', "limit": None}, {}, [1, "два"]]
    rows = [
        Described(uuid4(), f"p{number}", 'with "quotes" \\ too', number, orjson.dumps(fact).decode())
        for number, fact in enumerate(facts)
    ]
    insert = InsertNew(Person, Described, order="user_id")
    with transaction.atomic():
        insert.defer(rows[:2])
    with Sent() as sent:
        assert insert.run([rows[0]._replace(username="again"), rows[2]]) == 1
    assert len(sent.statements) == 1
    found = {person.username: (person.display_name, person.facts) for person in Person._default_manager.all()}
    assert found == {f"p{number}": ('with "quotes" \\ too', fact) for number, fact in enumerate(facts)}


def test_nothing_is_no_statement() -> None:
    with transaction.atomic(), Sent() as sent:
        INSERT.defer([])
        assert INSERT.run(iter(())) == 0
        assert LOCK([]) == []
    assert sent.statements == []


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError):
        INSERT.run([Row(uuid4(), "x" * 151, "", 1)])
    assert stored() == set()


def test_values_that_all_share_and_values_that_are_computed() -> None:
    class Name(NamedTuple):
        user_id: UUID
        username: str
        extra: int

    insert = Insert(
        Person,
        Name,
        shared=("display_name",),
        computed={"version": "new.extra * 2"},
        types={"extra": "int"},
    )
    one, two = uuid4(), uuid4()
    assert insert.run([Name(one, "a", 1), Name(two, "b", 2)], display_name="both") == 2
    assert stored() == {(one, "a", "both", 2), (two, "b", "both", 4)}


def test_rows_are_read_by_key_and_those_that_are_not_there_are_left_out() -> None:
    given = rows(3)
    INSERT.run(given)
    read = Read(Person, Known, key="user_id", where="kept.username <> 'user 1'")
    found = read([given[0].user_id, given[1].user_id, uuid4()])
    assert found == [Known(given[0].user_id, "user 0", 1)]


def test_rows_are_read_by_a_key_of_two_columns() -> None:
    given = rows(3)
    INSERT.run(given)
    lock = Lock(Person, Known, key=("user_id", "username"), order=("username", "user_id"))
    wanted = [(given[2].user_id, "user 2"), (given[0].user_id, "user 0"), (given[1].user_id, "another")]
    with transaction.atomic():
        assert [row.username for row in lock(wanted)] == ["user 0", "user 2"]


def test_what_a_lock_waited_for_is_read_by_the_statement_that_goes_with_it() -> None:
    """It sees what another transaction has committed meanwhile: its snapshot is taken after the lock."""
    (given,) = rows(1)
    INSERT.run([given])
    begun = threading.Event()

    def change() -> None:
        try:
            with transaction.atomic():
                LOCK([given.user_id])
                begun.set()
                time.sleep(0.3)
                Person._default_manager.update(version=7)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        changed = pool.submit(change)
        begun.wait(60)
        with transaction.atomic():
            LOCK.defer([])
            LOCK.defer([given.user_id])
            with connection.cursor() as cursor:
                cursor.execute(Statement(f"SELECT version FROM {Person._meta.db_table}"))
                assert cursor.fetchone() == (7,)
        changed.result()


def test_locked_rows_wait_for_the_end_of_the_transaction() -> None:
    given = rows(3)
    INSERT.run(given)

    def locked(keys: Sequence[UUID]) -> bool:
        try:
            with transaction.atomic():
                names = Person._default_manager.select_for_update(skip_locked=True).filter(user_id__in=keys)
                return len(names) < len(keys)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            found = LOCK(row.user_id for row in given[:2])
            assert [row.user_id for row in found] == sorted(row.user_id for row in given[:2])
            assert pool.submit(locked, [given[0].user_id]).result()
            assert not pool.submit(locked, [given[2].user_id]).result()
        assert not pool.submit(locked, [given[0].user_id]).result()


def test_an_update_writes_the_columns_it_names_and_counts() -> None:
    given = rows(3)
    INSERT.run(given)
    update = Update(
        Person, Known, key="user_id", columns=("version",), where="kept.version < new.version",
        shared=("display_name",),
    )  # fmt: skip
    changed = [Known(given[0].user_id, "not written", 5), Known(given[1].user_id, "not written", 0)]
    assert update.run([*changed, Known(uuid4(), "unknown", 9)], display_name="new") == 1
    assert stored() == {(given[0].user_id, "user 0", "new", 5), *given[1:]}


def test_of_an_upsert_what_the_condition_says_wins() -> None:
    given = rows(2, version=5)
    INSERT.run(given)
    upsert = Upsert(
        Person, Row, key="user_id", update=("display_name", "version"),
        where="kept.version < excluded.version",
    )  # fmt: skip
    newer = given[0]._replace(username="ignored", display_name="newer", version=6)
    older = given[1]._replace(display_name="older", version=4)
    new = Row(uuid4(), "new", "", 1)
    assert upsert.run([newer, older, new]) == 2
    assert stored() == {newer._replace(username="user 0"), given[1], new}


def test_an_update_that_depends_on_what_is_given_and_not_written() -> None:
    class Rise(NamedTuple):
        user_id: UUID
        by: int

    given = rows(2, version=5)
    INSERT.run(given)
    update = Update(
        Person, Rise, key="user_id", types={"by": "int"}, where="kept.version + new.by < 8",
        computed={"version": "kept.version + new.by"},
    )  # fmt: skip
    assert update.run([Rise(given[0].user_id, 2), Rise(given[1].user_id, 3)]) == 1
    assert stored() == {given[0]._replace(version=7), given[1]}


def test_an_upsert_may_add_up() -> None:
    given = rows(1, version=5)
    INSERT.run(given)
    upsert = Upsert(Person, Row, key=("user_id",), add=("version",))
    new = Row(uuid4(), "new", "", 3)
    assert upsert.run([given[0]._replace(username="renamed", version=2), new]) == 2
    assert stored() == {given[0]._replace(username="renamed", version=7), new}
