"""What the API is tried with: each parameter, header and field of each operation of a document.

A parameter has every value at the edge of its type. What one code reads in every operation (a parameter that
nobody knows, headers, a body that is none, fields that no body may set) has some of the values in each
operation, the others in the next ones; and of two fields of a body one has half of them, the other the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.e2e.test_schemas import operations_of, streams
from tests.security import extremes
from tests.security.extremes import in_turn, quoted, shown
from tests.security.prober import Probe

ID = "0190f5fe-7c00-7a00-8000-000000000000"
HEADERS = ("", " ", "x" * 129, "x" * 3000, "\xff", "é", "*/*;q=NaN", "en;q=1e400", "ru-" * 300, ",")
#: What a field is given that no body may set.
FOREIGN = ("null", "[]", "1e400", '"\\u0000"')


def api_probes(document: dict[str, Any]) -> Iterator[Probe]:
    """Of one service's OpenAPI document."""
    for place, (name, operation) in enumerate(operations_of(document).items()):
        method, path = name.split(" ", 1)
        if path.endswith("/logout"):
            continue  # nobody would be signed in for the rest
        parameters = [_resolved(document, part) for part in operation.get("parameters", [])]
        if streams(operation):
            method = "HEAD"  # what a GET would be answered with, without listening
        yield from _by_query(method, path, parameters, place)
        yield from _by_path(method, path, parameters, place)
        yield from _by_headers(method, _filled(path), parameters, place)
        if body := operation.get("requestBody"):
            schema = _resolved(document, body["content"]["application/json"]["schema"])
            foreign = {*_answered(document, operation), "surprise", "\x00"} - schema["properties"].keys()
            yield from _by_body(document, method, _filled(path), schema, sorted(foreign), place)


def _by_query(method: str, path: str, parameters: list[dict[str, Any]], place: int) -> Iterator[Probe]:
    named = {
        each["name"]: _values(each, place + number)
        for number, each in enumerate(parameters)
        if each["in"] == "query"
    }
    for name, values in (named | {"surprise": in_turn(extremes.FEW, 4, place)}).items():
        for value in values:
            query = f"{name}={quoted(value)}"
            yield Probe(f"{path}?{name}={shown(value)}", method, f"{_filled(path)}?{query}", **_sent(method))
        for first, second in (("1", ""), ("", "9999-12-31"), ("\x00", "1")) if name in named else ():
            query = f"{name}={quoted(first)}&{name}={quoted(second)}&{name}[]=1"
            yield Probe(f"{path}?{query}", method, f"{_filled(path)}?{query}", **_sent(method))


def _by_path(method: str, path: str, parameters: list[dict[str, Any]], place: int) -> Iterator[Probe]:
    for parameter in parameters:
        for value in _values(parameter, place) if parameter["in"] == "path" else ():
            address = _filled(path.replace(f"{{{parameter['name']}}}", quoted(value)))
            yield Probe(f"{path} {shown(value)}", method, address, **_sent(method))


def _values(parameter: dict[str, Any], place: int) -> tuple[str | bytes, ...]:
    schema = parameter.get("schema", {})
    names = parameter["name"], schema.get("format", ""), schema.get("type", "")
    return extremes.of_type(*names, place=place)


def _by_headers(method: str, address: str, parameters: list[dict[str, Any]], place: int) -> Iterator[Probe]:
    named = {parameter["name"] for parameter in parameters if parameter["in"] == "header"}
    for number, name in enumerate(sorted({*named, "Idempotency-Key", "Accept", "Accept-Language"})):
        for value in in_turn(HEADERS, 3, place + number):
            yield Probe(f"{address} {name}: {value[:40]!r}", method, address, **_sent(method, {name: value}))


def _by_body(
    document: Any, method: str, address: str, schema: dict[str, Any], foreign: list[str], place: int
) -> Iterator[Probe]:
    """Each field with half of everything, each ``foreign`` one, which no body may set, with something."""
    fields = {name: _resolved(document, part) for name, part in schema["properties"].items()}
    whole = {name: _sample(part) for name, part in fields.items() if not part.get("readOnly")}
    tried = [(name, text) for n, name in enumerate(fields, place) for text in in_turn(extremes.JSON, 2, n)]
    tried += [(name, text) for n, name in enumerate(foreign, place) for text in in_turn(FOREIGN, 4, n)]
    for name, text in tried:
        body = json.dumps({**whole, name: "HERE"}).replace('"HERE"', text)
        content, headers = body.encode(), _json_headers()
        yield Probe(f"{address} {name}={text[:40]}", method, address, content, headers)
    for text in in_turn(extremes.JSON, 4, place):
        yield Probe(f"{address} {text[:40]}", method, address, text.encode(), _json_headers())


def _answered(document: Any, operation: dict[str, Any]) -> set[str]:
    """The fields of what is answered, which a body may not set."""
    found: set[str] = set()
    for status, response in operation["responses"].items():
        if status.startswith("2") and (content := response.get("content", {}).get("application/json")):
            found |= _resolved(document, content["schema"]).get("properties", {}).keys()
    return found


def _sent(method: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "headers": {**_json_headers(), **(headers or {})},
        "content": None if method in ("GET", "HEAD") else b"{}",
    }


def _json_headers() -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}


def _filled(path: str) -> str:
    return re.sub(r"{\w+}", ID, path)


def _resolved(document: Any, part: dict[str, Any]) -> dict[str, Any]:
    for one in part.get("allOf", [part])[:1]:
        part = one
    if reference := part.get("$ref"):
        for step in reference.removeprefix("#/").split("/"):
            document = document[step]
        return dict(document)
    return part


def _sample(schema: dict[str, Any]) -> Any:
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    return {"integer": 1, "boolean": True, "array": [], "object": {}}.get(schema.get("type", ""), "AAPL")
