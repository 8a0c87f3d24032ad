"""What is said in place of a service: problems.yaml, filled with the limits that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from gateway.config.source import Gateway

#: Where problems.yaml, error.html and error.css are.
FOLDER = Path(__file__).parent.parent


def load_problems() -> dict[Any, dict[str, Any]]:
    """The file: status, with the cause where there are several → code, title, detail."""
    found: dict[Any, dict[str, Any]] = yaml.safe_load((FOLDER / "problems.yaml").read_text(encoding="utf-8"))
    return found


def words(name: str, language: str, gateway: Gateway) -> dict[str, str]:
    """A problem's code, title and detail in a language."""
    problem = load_problems()[name]
    return {
        "code": problem["code"],
        "title": problem["title"][language],
        "detail": filled(problem["detail"][language], gateway),
    }


def filled(text: str, gateway: Gateway) -> str:
    """A text with the limits in their places."""
    return text.format(
        body_bytes=gateway.limits.body_bytes,
        header_kib=gateway.limits.header_kib,
        headers=gateway.limits.headers,
        exports_user=gateway.limits.exports_user,
        retry_after=gateway.retry_after,
    )
