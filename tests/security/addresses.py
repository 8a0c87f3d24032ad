"""Every address that one part of Birzha answers on, by its own urlconf; run inside that part.

``python -m tests.security.addresses billing_service`` prints JSON: ``pages`` (the routes outside the admin
and the API, with the names of what they read), ``admin`` (the admin's routes) and ``models`` (the admin's
lists, with the fields that they can be asked by). Each part is asked in a process of its own, because a
process has one Django.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: How a view reads what it was sent.
_READS = re.compile(r'(?:GET|POST|data|submitted)(?:\.get\(|\[)"([\w-]+)"')


#: The rooms that a room's modules import from.
_ROOMS = re.compile(r"from web_frontend\.(\w+)[. ]")


def main(package: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{package}.config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.urls import get_resolver

    routes = list(_routes(get_resolver().url_patterns))
    slug = getattr(settings, "SERVICE_SLUG", "")
    admin = [path for path, _ in routes if slug and path.startswith(f"/admin/{slug}/")]
    pages = [
        {"path": path, "reads": sorted(_names(view))}
        for path, view in routes
        if path not in admin and not path.startswith("/api/v1/")
    ]
    print(json.dumps({"pages": pages, "admin": admin, "models": list(_models()) if slug else []}))


def _routes(patterns: Any, before: str = "/") -> Iterator[tuple[str, Any]]:
    """Each route with its converters as they are written, and its view."""
    for pattern in patterns:
        path = before + str(pattern.pattern).removeprefix("^")
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def _names(view: Any) -> set[str]:
    """What a view's room, and the rooms it imports from, read of a request; the fields of their forms too."""
    from django import forms

    module = sys.modules[view.__module__]
    if not module.__file__ or "web_frontend" not in module.__file__:
        return set()
    room = Path(module.__file__).parent
    own = _text(room)
    below = {room.parent / name for name in _ROOMS.findall(own)} - {room}
    text = own + "".join(map(_text, sorted(below)))
    rooms = {f"web_frontend.{folder.name}" for folder in (room, *below)}
    names = {*_READS.findall(text), *(("next",) if "next_address(" in text else ())}
    for form in forms.Form.__subclasses__():
        if form.__module__.rpartition(".")[0] in rooms:
            names |= set(form.base_fields)
    return names


def _text(room: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in room.glob("*.py"))


def _models() -> Iterator[dict[str, Any]]:
    from django.contrib import admin
    from django.urls import reverse

    from servicekit.admin import ServiceAdmin

    for model, shown in admin.site._registry.items():
        if not isinstance(shown, ServiceAdmin):
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        fields = {field.name: field.get_internal_type() for field in model._meta.concrete_fields}
        yield {
            "list": reverse(f"admin:{name}_changelist"),
            "fields": fields,
        }


if __name__ == "__main__":
    main(sys.argv[1])
