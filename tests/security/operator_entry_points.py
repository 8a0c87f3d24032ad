"""Every way in which an operator can act on one part of Birzha; run inside that part.

``python -m tests.security.operator_entry_points billing_service`` prints a JSON list: management commands
(with each of their subcommands and switches that choose what is done) and what the admin does with rows.
Each part is asked in a process of its own, because a process has one Django.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import Any


def main(package: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{package}.config.settings"
    import django

    django.setup()
    print(json.dumps(sorted({*_commands(package), *_admin()})))


def _commands(package: str) -> Iterator[str]:
    """Of the project's own rooms; Django's that write are refused by ``servicekit.manage``."""
    from django.core.management import get_commands, load_command_class

    for name, room in get_commands().items():
        if str(room).startswith((package, "servicekit")):
            parser = load_command_class(room, name).create_parser("manage", name)
            yield from (f"manage {leaf}" for leaf in leaves(parser, name))


def leaves(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    """A command, or each of its subcommands and of the switches that exclude one another."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in nested:
        for word, inner in action.choices.items():
            yield from leaves(inner, f"{name} {word}")
    if not nested:
        yield name
        for group in parser._mutually_exclusive_groups:
            for switch in group._group_actions:
                # Django's own: --force-color and --no-color
                if "color" not in switch.dest:
                    yield f"{name} {switch.option_strings[0]}"


def _admin() -> Iterator[str]:
    from django.contrib import admin
    from django.contrib.auth import get_user_model
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    user_model: Any = get_user_model()
    request.user = user_model(is_superuser=True, is_staff=True, is_active=True)
    assert admin.site.urls  # which loads every app's admin
    registry: dict[Any, Any] = admin.site._registry
    for model, shown in registry.items():
        name = f"admin {model._meta.app_label}.{model._meta.model_name}"
        for what, may in {
            "add": shown.has_add_permission,
            "change": shown.has_change_permission,
            "delete": shown.has_delete_permission,
        }.items():
            if may(request):
                yield f"{name} {what}"
        operations = {operation.name for operation in getattr(shown, "operations", ())}
        for action in {*shown.get_actions(request), *operations}:
            yield f"{name} {action}"
        for inline in shown.inlines:
            made = inline(model, admin.site)
            if any(may(request) for may in (made.has_add_permission, made.has_change_permission)):
                yield f"{name} {inline.__name__}"


if __name__ == "__main__":
    main(sys.argv[1])
