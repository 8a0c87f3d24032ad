"""What the API is tried with: each parameter, header and field of each operation of a document."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.e2e.test_schemas import operations_of, streams
from tests.security import extremes
from tests.security.extremes import quoted, shown
from tests.security.prober import Probe

ID = "0190f5fe-7c00-7a00-8000-000000000000"


def api_probes(document: dict[str, Any]) -> Iterator[Probe]:
    """Of one service's OpenAPI document."""
    for name, operation in operations_of(document).items():
        method, path = name.split(" ", 1)
        if path.endswith("/logout"):
            continue  # nobody would be signed in for the rest
        parameters = [_resolved(document, part) for part in operation.get("parameters", [])]
        if streams(operation):
            method = "HEAD"  # what a GET would be answered with, without listening
        yield from _by_query(method, path, parameters)
        yield from _by_path(method, path, parameters)
        yield from _by_headers(method, _filled(path), parameters)
        if body := operation.get("requestBody"):
            schema = _resolved(document, body["content"]["application/json"]["schema"])
            foreign = {*_answered(document, operation), "surprise", "\x00"} - schema["properties"].keys()
            yield from _by_body(document, method, _filled(path), schema, sorted(foreign))


def _by_query(method: str, path: str, parameters: list[dict[str, Any]]) -> Iterator[Probe]:
    named = {each["name"]: _values(each) for each in parameters if each["in"] == "query"}
    for name, values in (named | {"surprise": extremes.FEW}).items():
        for value in values:
            query = f"{name}={quoted(value)}"
            yield Probe(f"{path}?{name}={shown(value)}", method, f"{_filled(path)}?{query}", **_sent(method))
        for first, second in (("1", ""), ("", "9999-12-31"), ("\x00", "1")):
            query = f"{name}={quoted(first)}&{name}={quoted(second)}&{name}[]=1"
            yield Probe(f"{path}?{query}", method, f"{_filled(path)}?{query}", **_sent(method))


def _by_path(method: str, path: str, parameters: list[dict[str, Any]]) -> Iterator[Probe]:
    for parameter in parameters:
        for value in _values(parameter) if parameter["in"] == "path" else ():
            address = _filled(path.replace(f"{{{parameter['name']}}}", quoted(value)))
            yield Probe(f"{path} {shown(value)}", method, address, **_sent(method))


def _values(parameter: dict[str, Any]) -> tuple[str | bytes, ...]:
    schema = parameter.get("schema", {})
    return extremes.of_type(parameter["name"], schema.get("format", ""), schema.get("type", ""))


def _by_headers(method: str, address: str, parameters: list[dict[str, Any]]) -> Iterator[Probe]:
    named = [parameter["name"] for parameter in parameters if parameter["in"] == "header"]
    for name in {*named, "Idempotency-Key", "Accept", "Accept-Language"}:
        for value in (
            "",
            " ",
            "x" * 129,
            "x" * 3000,
            "\xff",
            "é",
            "*/*;q=NaN",
            "en;q=1e400",
            "ru-" * 300,
            ",",
        ):
            yield Probe(f"{address} {name}: {value[:40]!r}", method, address, **_sent(method, {name: value}))


def _by_body(
    document: Any, method: str, address: str, schema: dict[str, Any], foreign: list[str]
) -> Iterator[Probe]:
    """Each field with everything, each ``foreign`` one, which no body may set, with something."""
    fields = {name: _resolved(document, part) for name, part in schema["properties"].items()}
    whole = {name: _sample(part) for name, part in fields.items() if not part.get("readOnly")}
    for name, text in (
        *itertools.product(fields, extremes.JSON),
        *itertools.product(foreign, ("null", "[]", "1e400", '"\\u0000"')),
    ):
        body = json.dumps({**whole, name: "HERE"}).replace('"HERE"', text)
        content, headers = body.encode(), _json_headers()
        yield Probe(f"{address} {name}={text[:40]}", method, address, content, headers)
    for text in extremes.JSON:
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
