"""What schemathesis changes in each request, so that it gets beyond what only a first one meets."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

import schemathesis

#: The documents' own user, whom another test signs up and in with the documents' own password.
EXAMPLE = "anna"


@schemathesis.hook
def before_call(context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """A key that fits is a new one: with the document's example every body but the first would be a 422."""
    if case.headers and (key := case.headers.get("Idempotency-Key")) and _is_key(key):
        case.headers["Idempotency-Key"] = str(uuid4())
    if isinstance(case.body, dict):
        for name, value in case.body.items():
            if isinstance(value, str) and value in (EXAMPLE, f"{EXAMPLE}@example.com"):
                case.body[name] = value.replace(EXAMPLE, f"fuzz-{secrets.token_hex(6)}")


def _is_key(key: Any) -> bool:
    return isinstance(key, str) and 0 < len(key) <= 128 and all("!" <= sign <= "~" for sign in key)
