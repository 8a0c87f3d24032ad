"""The OpenAPI document: built once, whoever asks, in each language and form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from servicekit.api import schema

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/trading/schema"


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """One item for every time that the document is built."""
    builds: list[int] = []
    build = SchemaGenerator.get_schema

    def counting(self: SchemaGenerator, *args: Any, **kwargs: Any) -> Any:
        builds.append(1)
        return build(self, *args, **kwargs)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counting)
    schema._built.clear()
    yield builds
    schema._built.clear()


def test_twenty_at_once_build_it_once(built: list[int]) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: Client().get(ADDRESS), range(20)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert len(built) == 1


def test_a_document_for_each_language_and_form_and_no_more(built: list[int]) -> None:
    client = Client(headers={"Accept": "application/json"})
    english = client.get(ADDRESS, {"lang": "en"})
    russian = client.get(ADDRESS, headers={"Accept-Language": "ru"})
    assert (english["Content-Language"], russian["Content-Language"]) == ("en", "ru")
    assert json.loads(english.content)["openapi"].startswith("3.")
    for number in range(5):
        client.get(ADDRESS, {"lang": f"x{number}", "version": str(number)})
    assert len(built) == 2
    assert Client().get(ADDRESS)["Content-Type"] == "application/vnd.oai.openapi"
