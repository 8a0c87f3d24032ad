"""/security/my-data.zip: one file with each service's part, up to a bound of the lists that have no end."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from web_frontend.accounts.my_data import LISTS, PAGE, PAGES, PARTS
from web_frontend.tests.gateway_double import GatewayDouble

URL = "/security/my-data.zip"


@pytest.fixture(autouse=True)
def answers(gateway: GatewayDouble) -> None:
    for name, path in PARTS.items():
        gateway.answer(f"GET {path}", {"this": name})
    for name, path in LISTS.items():
        gateway.answer(f"GET {path}", {"results": [{"of": name}], "next": None, "previous": None})


def opened(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        texts = {name: file.read(name).decode() for name in file.namelist()}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}


def test_it_has_every_part(vera: Client) -> None:
    answer = vera.get(URL)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="birzha-data-')
    assert "no-store" in answer["Cache-Control"]
    files = opened(answer.content)
    assert set(files) == {"README.txt", *(f"{name}.json" for name in (*PARTS, *LISTS))}
    assert files["profile.json"] == {"this": "profile"}
    assert files["orders.json"] == {"complete": True, "results": [{"of": "orders"}]}
    russian = opened(vera.get(URL, headers={"Accept-Language": "ru"}).content)["README.txt"]
    assert "Паролей и ключей здесь нет" in russian


def test_a_list_without_end_is_cut_and_says_so(vera: Client, gateway: GatewayDouble) -> None:
    link = "http://example.org/api/v1/orders?cursor=abc"
    gateway.answer("GET /api/v1/orders", {"results": [{}] * PAGE, "next": link, "previous": None})
    orders = opened(vera.get(URL).content)["orders.json"]
    assert (orders["complete"], len(orders["results"])) == (False, PAGE * PAGES)
    asked = gateway.requests_to("GET /api/v1/orders")
    assert [each.query.get("cursor") for each in asked] == [None, *["abc"] * (PAGES - 1)]


def test_a_part_that_is_missing_is_no_file(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/alerts", {"code": "x", "detail": "down"}, 503)
    assert vera.get(URL).status_code == 503


def test_who_is_not_signed_in_signs_in_first(client: Client) -> None:
    assert client.get(URL)["Location"].startswith("/sign-in?")


def test_the_pages_lead_to_it(vera: Client, gateway: GatewayDouble) -> None:
    for path in ("sessions", "sign-ins"):
        gateway.answer(f"GET /api/v1/users/me/{path}", {"results": []})
    assert f'href="{URL}"' in vera.get("/security").content.decode()
