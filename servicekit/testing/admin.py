"""Test support for the admin: open the page of an operation, then confirm it as an operator does."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Model
from django.urls import reverse


def operation_address(name: str, *things: Model) -> str:
    """The page on which an operation with these rows is confirmed."""
    meta = things[0]._meta
    chosen = "&".join(f"id={thing.pk}" for thing in things)
    return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_operation', args=[name])}?{chosen}"


def seen(client: Any, address: str) -> dict[str, str]:
    """What the page carries of what it showed: the hidden fields of its form."""
    html = client.get(address).content.decode()
    return dict(re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', html))


def confirm(client: Any, name: str, *things: Model, **fields: Any) -> Any:
    """Look at the page, fill in the form, confirm. Returns the answer."""
    address = operation_address(name, *things)
    return client.post(address, seen(client, address) | {"reason": "a test"} | fields)
