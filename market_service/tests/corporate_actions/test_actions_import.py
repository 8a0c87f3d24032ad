"""Dividends and splits from files, in the shapes of others."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from market_service.corporate_actions.models import CorporateAction
from servicekit.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent.parent / "imports" / "cases"


def run(*arguments: Any) -> str:
    """Import; what the command says."""
    out = StringIO()
    call_command("import_actions", *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue()


def entered() -> list[tuple[str, str, str, str]]:
    rows = CorporateAction.objects.select_related("instrument").order_by("day", "instrument__ticker")
    return [
        (
            row.instrument.ticker, str(row.day), row.state,
            f"{row.new_units}:{row.old_units}" if row.type == "split" else f"{row.per_unit.normalize():f}",
        )
        for row in rows
    ]  # fmt: skip


def test_splits_of_several_instruments(listed: Any) -> None:
    for ticker in ("TSTA", "TSTV"):
        listed(ticker)
    assert "2 entered, 0 known already" in run(CASES / "splits.csv")
    assert entered() == [
        ("TSTA", "2024-01-17", "history", "2:1"),
        ("TSTV", "2024-07-15", "history", "1:5000"),
    ]
    assert "0 entered, 2 known already" in run(CASES / "splits.csv")
    assert AuditEntry.objects.filter(action="corporate_action.announce").count() == 2


def test_files_of_yfinance_need_the_ticker(listed: Any) -> None:
    listed("TSTA")
    with pytest.raises(CommandError):
        run(CASES / "dividends-yfinance.csv")
    run("--ticker", "tsta", CASES / "dividends-yfinance.csv", CASES / "splits-yfinance.csv")
    assert entered() == [("TSTA", "2024-01-17", "history", "2:1"), ("TSTA", "2024-01-18", "history", "0.24")]


def test_another_currency_and_an_unknown_ticker_refuse_the_file(listed: Any) -> None:
    listed("TSTR")
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 files were refused"):
        call_command("import_actions", str(CASES / "dividends.csv"), stdout=out, stderr=out)
    for words in ("RUB", "USD", "TSTA", "line 2", "line 3"):
        assert words in out.getvalue()
    assert entered() == []


def test_a_dry_run_changes_nothing(listed: Any) -> None:
    for ticker in ("TSTA", "TSTV"):
        listed(ticker)
    assert "2 entered" in run("--dry-run", CASES / "splits.csv")
    assert entered() == []
    assert not AuditEntry.objects.filter(action="corporate_action.announce").exists()


@pytest.mark.parametrize(
    "text",
    ["ticker,date,amount\nTSTA,2024-01-17,x", "ticker,date,amount\nTSTA,2024-01-17,-1",
     "ticker,date,amount\nTSTA,2024-13-17,1", "ticker,date,before,after\nTSTA,2024-01-17,1,1.5",
     "ticker,date,before,after\nTSTA,2024-01-17,1,1", "ticker,price\nTSTA,1", "ticker,date,amount\n",
     "ticker,date,Stock Splits\nTSTA,2024-01-17,0"],
)  # fmt: skip
def test_what_cannot_be_is_refused(listed: Any, tmp_path: Path, text: str) -> None:
    listed("TSTA")
    file = tmp_path / "actions.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        run(file)
    assert entered() == []


def test_an_action_of_a_later_day_is_announced(listed: Any, tmp_path: Path) -> None:
    listed("TSTA")
    later = timezone.now().date() + timedelta(days=30)
    file = tmp_path / "actions.csv"
    file.write_text(f"ticker;date;amount;currency\nTSTA;{later};0,24;usd\n", encoding="utf-8")
    run(file, "--reason", "First quarter")
    assert entered() == [("TSTA", str(later), "announced", "0.24")]
    assert CorporateAction.objects.get().reason == "First quarter"
    file.write_text(f"ticker,date,before,after\nTSTA,{later},1,2\n", encoding="utf-8")
    run(file)
    assert [row[2] for row in entered()] == ["announced", "announced"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "none.csv")
