"""May a version's migrations run while the other version serves? ``python migrations.py trading_service``

Both versions use one database, so what the stable one reads and writes must stay: the rule is in
docs/adr/0018. Run by its path, in the folder of a version, so that it sees that version's migrations; needs
only Django. Prints JSON: ``problems`` of those that the database has not run, each ``{"migration": …,
"operation": …, "why": …}``; ``targets``, app → the migration up to which they are run while the version
before still serves; ``unknown``, those that were run and this version has not; ``contracts``, its own of the
second mark that were run, with the words of the mark.

A migration is marked by an attribute of its class that says why the version before goes on working:
``backward_compatible = "fills a column that the version before does not know"``; or, if it does not, why this
version works without it, so that it waits until no process of the version before is left (`make upgrade`):
``contract = "drops a column that this version has stopped using"``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

MARK, CONTRACT = "backward_compatible", "contract"
_UNMARKED = f"needs a mark: {MARK} = '<why the version before goes on working>' in its class"


def main(package: str) -> int:
    """Check one service's migrations; 0 also when something is wrong with them."""
    sys.path.insert(0, os.getcwd())
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{package}.config.settings"
    import django

    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    known, applied = executor.loader.disk_migrations, executor.loader.applied_migrations
    plan = [each for each, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    answer = {
        "problems": [*_out_of_turn(plan), *problems(executor, plan)],
        "targets": {each.app_label: each.name for each in plan if not _waits(each)},
        "unknown": [".".join(key) for key in applied if key not in known],
        "contracts": {
            ".".join(key): _waits(known[key]) for key in applied if key in known and _waits(known[key])
        },
    }
    print(json.dumps(answer))
    return 0


def _waits(migration: Any) -> str:
    """Why it may wait until the version before is gone; "": it does not."""
    return str(getattr(migration, CONTRACT, ""))


def _out_of_turn(plan: list[Any]) -> Iterator[dict[str, str]]:
    """Migrations for now that would have to be run after one that is for later."""
    later = {(each.app_label, each.name) for each in plan if _waits(each)}
    for migration in plan:
        for app, name in later & set(migration.dependencies) if not _waits(migration) else ():
            why = f"comes after {app}.{name}, which waits until the version before is gone: mark it, too"
            label = f"{migration.app_label}.{migration.name}"
            yield {"migration": label, "operation": "depends on it", "why": why}


def problems(executor: Any, plan: list[Any]) -> Iterator[dict[str, str]]:
    """What speaks against running these migrations, those that wait after the others."""
    state = executor._create_project_state(with_applied_migrations=True)
    made: set[tuple[str, str]] = set()
    for migration in plan:
        label = f"{migration.app_label}.{migration.name}"
        marked = bool(getattr(migration, MARK, ""))
        for operation in migration.operations:
            after = state.clone()
            operation.state_forwards(migration.app_label, after)
            if _waits(migration):
                found = _against_waiting(operation, migration.app_label, state)
            else:
                found = _against(operation, migration.app_label, state, after, made, marked=marked)
            for part, why in found:
                yield {"migration": label, "operation": part.describe(), "why": why}
            state = after


#: What a version that has it in its models cannot be without.
_NEEDED = {
    "AddField", "AlterField", "AlterModelTable", "AlterOrderWithRespectTo", "CreateModel", "RenameField",
    "RenameModel",
}  # fmt: skip


def _against_waiting(operation: Any, app: str, before: Any) -> Iterator[tuple[Any, str]]:
    """The parts of an operation without which this version, whose models have it already, cannot work."""
    kind = type(operation).__name__
    if kind == "SeparateDatabaseAndState":
        for part in operation.database_operations:
            yield from _against_waiting(part, app, before)
    elif kind in _NEEDED:
        yield operation, "cannot wait: this version's models have it already"
    elif kind == "RemoveField" and _added(_field(before, app, operation)):
        yield (
            operation,
            "drops a NOT NULL column, which this version does not fill until then: null=True first",
        )


def _against(
    operation: Any, app: str, before: Any, after: Any, made: set[tuple[str, str]], *, marked: bool
) -> Iterator[tuple[Any, str]]:
    """The operation, or the parts of it, that the version before would not survive, each with the reason."""
    kind = type(operation).__name__
    if kind == "SeparateDatabaseAndState":
        for part in operation.database_operations:
            yield from _against(part, app, before, after, made, marked=marked)
        return
    if kind == "CreateModel":
        made.add((app, operation.name_lower))
        return
    model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
    if (app, model) in made:  # the version before does not know the table
        return
    if why := _reason(kind, operation, app, before, after, marked=marked):
        yield operation, why


#: Operations that change nothing the version before could notice.
_HARMLESS = {
    "AddIndex", "RemoveIndex", "RenameIndex", "AlterModelOptions", "AlterModelManagers",
    "AlterModelTableComment",
}  # fmt: skip
_FATAL = {
    "RemoveField": "drops a column that the version before reads",
    "RenameField": "renames a column that the version before reads",
    "DeleteModel": "drops a table that the version before reads",
    "RenameModel": "renames a table that the version before reads",
    "AlterModelTable": "renames a table that the version before reads",
    "AlterOrderWithRespectTo": "adds a column that the version before does not fill",
}


def _reason(kind: str, operation: Any, app: str, before: Any, after: Any, *, marked: bool) -> str:
    if kind in _HARMLESS:
        return ""
    if kind in _FATAL:
        return f"{_FATAL[kind]}; in two releases instead: first stop using it, then drop it by marked SQL"
    if kind == "AddField":
        return _added(_field(after, app, operation))
    if kind == "AlterField":
        return _altered(_field(before, app, operation), _field(after, app, operation))
    return "" if marked else _UNMARKED  # RunSQL, RunPython, constraints, and whatever else there may be


def _field(state: Any, app: str, operation: Any) -> Any:
    return state.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)


def _added(field: Any) -> str:
    from django.db.models import NOT_PROVIDED

    given = field.null or field.many_to_many or getattr(field, "generated", False)
    if given or field.db_default is not NOT_PROVIDED:
        return ""
    return "adds a NOT NULL column that the version before does not fill: null=True or a db_default"


def _altered(old: Any, new: Any) -> str:
    from django.db import connection
    from django.db.models import NOT_PROVIDED

    if old.column != new.column:
        return "renames a column that the version before reads"
    if old.null and not new.null:
        return "forbids NULL, which the version before may write"
    if new.unique and not old.unique:
        return "forbids equal values, which the version before may write"
    if old.db_default is not NOT_PROVIDED and new.db_default is NOT_PROVIDED and not new.null:
        return "takes away a default that the version before may rely on"
    if old.related_model is not None and old.related_model._meta.label != new.related_model._meta.label:
        return "lets a column refer to another table"
    types = old.db_parameters(connection)["type"], new.db_parameters(connection)["type"]
    if types[0] == types[1] or _wider(old, new):
        return ""
    return f"changes a column's type from {types[0]} to {types[1]}"


def _wider(old: Any, new: Any) -> bool:
    """Whether every text that fitted still fits."""
    kinds = {"CharField", "TextField", "SlugField", "EmailField", "URLField"}
    if not {old.get_internal_type(), new.get_internal_type()} <= kinds:
        return False
    return new.max_length is None or (old.max_length is not None and old.max_length <= new.max_length)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
