"""What the admins are tried with: their lists by every column, their other addresses by every kind of id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.security import extremes
from tests.security.api_probes import ID
from tests.security.extremes import in_turn, quoted, shown
from tests.security.prober import Probe

#: How a list of the admin is asked by a column, by the column's kind: lookup and value.
LOOKUPS: dict[str, list[tuple[str, str]]] = {
    "DateTimeField": [
        ("__year", "9999"), ("__year", "-1"), ("__year", "9" * 30), ("__iso_year", "10000"),
        ("__day", "9" * 30), ("__date", "0001-01-01"),
        ("__gte", "9999-12-31"), ("__range", "9999-12-31"), ("", "\x00"),
    ],
    "DateField": [("__year", "9999"), ("__gte", "9999-12-31"), ("", "\x00")],
    "UUIDField": [("", "NaN"), ("__in", "\x00")],
    "CharField": [("__regex", "("), ("", "\x00"), ("__in", "\ud800")],
    "TextField": [("__regex", "("), ("", "\x00")],
    "BooleanField": [("", "\x00"), ("__isnull", "9" * 30)],
    "JSONField": [("__contains", "\x00"), ("__a__b", "{")],
}  # fmt: skip
NUMERIC = [("", "9" * 30), ("__in", "9223372036854775808"), ("", "NaN")]
#: Parameters that every list has, whatever its model; and their values, another one for each list in turn.
LIST_PARAMETERS = ("p", "o", "all", "_facets", "_to_field", "surprise__year", "q")
LIST_VALUES = ("-1", "9" * 30, "\x00", "1.-2.9")
#: Tables that every service has alike, of the same code: tried in one service.
ALIKE = ("/messaging/", "/servicekit_auth/", "/auth/")


def list_probes(slug: str, models: list[dict[str, Any]]) -> Iterator[Probe]:
    """The lists of an admin, asked by each column with what its kind does not expect: of moments, which have
    many, each column has a third, the next one others."""
    for number, model in enumerate(models):
        if slug != "trading" and any(part in model["list"] for part in ALIKE):
            continue
        for place, (field, kind) in enumerate(model["fields"].items(), start=number):
            lookups = LOOKUPS.get(kind, NUMERIC)
            for lookup, value in in_turn(lookups, 3 if kind == "DateTimeField" else 1, place):
                parameter = f"{field}{lookup}"
                address = f"{model['list']}?{parameter}={quoted(value)}"
                yield Probe(f"{model['list']}?{parameter}={shown(value)}", "GET", address)
        for place, name in enumerate(LIST_PARAMETERS, start=number):
            (value,) = in_turn(LIST_VALUES, len(LIST_VALUES), place)
            query = f"{name}={quoted(value)}"
            yield Probe(f"{model['list']}?{name}={shown(value)}", "GET", f"{model['list']}?{query}")


def other_probes(slug: str, found: list[str]) -> Iterator[Probe]:
    """The addresses of an admin: ids of every kind in those that have one, queries for the others.

    Each has half of the values, the next one the others.
    """
    routes = [path for path in found if "<" in path and "(?P" not in path]
    plain = [path for path in found if "<" not in path and "logout" not in path and "(?P" not in path]
    values: tuple[str | bytes, ...] = (
        "abc", "-1", "9223372036854775808", "9" * 30, "x" * 1000, "\ud800", "\x00", "_5F",
        "a,b", '["a", "b"]', *extremes.IDS[:1], b"\xff",
    )  # fmt: skip

    for number, path in enumerate(routes):
        if slug != "trading" and any(part in path for part in ALIKE):
            continue
        for value in in_turn(values, 2, number):
            address = re.sub(r"<(\w+:)?\w+>", lambda _, value=value: quoted(value), path)
            yield Probe(f"{path} {shown(value)}", "GET", address)
    for number, path in enumerate(plain):
        for value in in_turn(("abc", "9" * 30, "\x00", "\ud800", ID), 2, number):
            query = "&".join(
                f"{name}={quoted(value)}"
                for name in ("term", "app_label", "model_name", "field_name", "next")
            )
            yield Probe(f"{path}?{shown(value)}", "GET", f"{path}?{query}")
