"""Nothing that an operator can do leaves no trace: every entry point is listed here, with its record.

A new command, subcommand, action of the admin or editable table fails this test until it says which row it
leaves and which test saw that row, or why there is none.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

from compose.events.__main__ import _parser as events_parser
from compose.local.__main__ import _parser as local_parser
from compose.local.paths import ROOT
from compose.system import SERVICES
from compose.system.environment import child_environment
from tests.security.operator_entry_points import leaves
from tests.system import System


@dataclass(frozen=True)
class Row:
    """An entry point whose use leaves a row. ``seen_by``: the test that reads it."""

    action: str
    seen_by: str


#: Why an entry point leaves none.
READS = "it changes nothing"
AGAIN = "what it becomes leaves the row"
MACHINE = (
    "the machine's own: supervisord's log has it, and the trail is among what it starts, stops or deletes"
)
TOOL = "no part of a running system"

MARKET = "market_service/tests/instruments/test_instrument_edit.py::"
DIVIDEND = "market_service/tests/corporate_actions/test_dividend.py::test_an_operator_announces_and"
OPERATIONS = "servicekit/tests/test_operations.py::"
KEYS = "user_service/tests/sessions/test_signing_keys.py::"
SIGN_IN = "user_service/tests/accounts/test_operator_sign_in.py::"
IMPORT = "market_service/tests/quotes/test_prices_import.py::"
CLOCK = "market_service/tests/clock/test_clock"
CLOCK_ACTIONS = {
    "pause": "pause", "resume": "resume", "speed": "speed", "end-day": "end_day", "go": "go",
}  # fmt: skip
LOAD = "market_service/tests/instruments/test_catalogue_load.py::"
FACTOR = "user_service/tests/second_factor/test_turning.py::"
MAKE = "user_service/tests/accounts/test_make_operator.py::"
CANARY = "tests/canary/test_versions.py::test_versions_change_under_load_and_nobody_notices"
RESTART = "tests/e2e/test_gateway_restart.py::test_no_request_is_lost"
LOST_DISK = (
    "tests/faults/test_every_fault.py::test_a_disk_is_lost_under_load_and_all_that_a_backup_has_comes_back"
)
UPGRADE = (
    "tests/canary/test_upgrade.py::"
    "test_the_release_before_runs_on_this_schema_and_is_upgraded_while_customers_trade"
)
RESET = "tests/tls/test_reset_market.py::test_accounts_stay_and_cash_positions_and_the_market_start_over"
REVERSAL = "billing_service/tests/ledger/"
FREEZE = f"{REVERSAL}test_admin.py::test_an_account_is_frozen_and_let_go_for_a_reason"

NEWS = "notification_service/tests/news/test_news.py::"
RETRY = "notification_service/tests/delivery/test_admin.py::test_a_failed_one_is_tried_again"

#: Pages that change nothing, and whose reading leaves a row all the same: of what they let their reader do.
READ_WITH_A_ROW = {
    "admin transports.mail view": Row(
        "mail.read",
        "notification_service/tests/delivery/test_admin.py::test_whoever_reads_a_mail_with_a_link_leaves_a_row",
    ),
}

ENTRY_POINTS: dict[str, Row | str] = {
    "admin accounts.user disable": Row("user.disable", f"{SIGN_IN}test_the_pages"),
    "admin accounts.user enable": Row("user.enable", f"{SIGN_IN}test_the_pages"),
    "admin accounts.user reset_second_factor": Row(
        "second_factor.reset",
        f"{FACTOR}test_an_operator_resets_it_for_a_reason_and_who_had_it_is_out_and_told",
    ),
    "admin accounts.user sign-out": Row("user.sign_out", f"{SIGN_IN}test_the_pages"),
    "admin accounts.user reset-link": Row("user.reset_link", f"{SIGN_IN}test_the_pages"),
    "admin user_api_keys.apikey revoke": Row("api_key.revoke", f"{SIGN_IN}test_the_pages"),
    "admin user_sessions.session end": Row("session.end", f"{SIGN_IN}test_the_pages"),
    "admin instruments.instrument change": Row(
        "instrument.edit", f"{MARKET}test_the_admin_edits_the_wording_only"
    ),
    "admin instruments.instrument halt": Row("instrument.halt", f"{MARKET}test_the_admin_halts_and_opens"),
    "admin instruments.instrument open": Row("instrument.open", f"{MARKET}test_the_admin_halts_and_opens"),
    "admin instruments.instrument price": Row(
        "instrument.price", f"{MARKET}test_a_price_is_set_and_published"
    ),
    "admin instruments.instrument quantity": Row(
        "instrument.quantity", f"{MARKET}test_more_and_less_is_issued_but_never_less_than_sold"
    ),
    "admin instruments.instrument house": Row("instrument.house", f"{MARKET}test_the_house_is_changed"),
    **{
        f"admin clock.marketclock {name}": Row(f"market.{action}", f"{CLOCK}_admin.py::test_the_operations")
        for name, action in CLOCK_ACTIONS.items()
    },
    "admin venue.restingorder cancel": Row(
        "order.cancel", "market_service/tests/venue/test_order_cancel_by_operator.py::test_the_pages"
    ),
    "admin corporate_actions.corporateaction add": Row("corporate_action.announce", f"{DIVIDEND}_pays"),
    "admin corporate_actions.corporateaction pay": Row("corporate_action.carry_out", f"{DIVIDEND}_pays"),
    "admin corporate_actions.corporateaction split": Row(
        "corporate_action.carry_out",
        "market_service/tests/corporate_actions/test_split.py::test_an_operator_announces_looks_and_lets_it_happen",
    ),
    "admin corporate_actions.corporateaction withdraw": Row(
        "corporate_action.withdraw", f"{DIVIDEND}_withdraws"
    ),
    "admin ledger.journalentry reverse": Row(
        "journal.reverse", f"{REVERSAL}test_admin.py::test_an_entry_is_reversed_after_every_leg_was_shown"
    ),
    "admin ledger.ledgeraccount freeze": Row("account.freeze", FREEZE),
    "admin ledger.ledgeraccount unfreeze": Row("account.unfreeze", FREEZE),
    "admin delivery.delivery retry": Row(
        "delivery.retry",
        "notification_service/tests/delivery/test_admin.py::test_a_failed_one_is_tried_again",
    ),
    "admin news.news add": Row("news.write", f"{NEWS}test_written_looked_at_and_sent"),
    "admin news.news send": Row("news.send", f"{NEWS}test_written_looked_at_and_sent"),
    "admin news.news withdraw": Row("news.withdraw", f"{NEWS}test_withdrawn_before_it_is_sent"),
    "admin messaging.failedevent drop": Row("event.drop", f"{OPERATIONS}test_drop_wants_a_reason"),
    "admin messaging.failedevent retry": Row("event.retry", f"{OPERATIONS}test_retry"),
    "manage events dead-letters list": READS,
    "manage events dead-letters show": READS,
    "manage events dead-letters retry": Row("event.retry", f"{OPERATIONS}test_retry_handles_it_once"),
    "manage events dead-letters drop": Row(
        "event.drop", f"{OPERATIONS}test_drop_keeps_who_and_why_and_is_final"
    ),
    "manage events forget-group": Row("group.forget", f"{OPERATIONS}test_a_known_group_that_is_not_there"),
    "manage events replay": Row("events.replay", f"{OPERATIONS}test_by_id"),
    "manage events status": READS,
    "manage import_actions": Row(
        "corporate_action.announce",
        "market_service/tests/corporate_actions/test_actions_import.py::test_splits_of_several_instruments",
    ),
    "manage import_files": Row("prices.import", f"{IMPORT}test_an_import_is_on_record_once"),
    "manage import_instruments": Row(
        "instruments.import", "market_service/tests/imports/test_lists.py::test_an_import_is_on_record_once"
    ),
    "manage import_prices": Row("prices.import", f"{IMPORT}test_an_import_is_on_record_once"),
    **{
        f"manage market {'next' if name == 'end-day' else name}": Row(
            f"market.{action}",
            "market_service/tests/clock/test_market_command.py::test_what_it_says_and_does",
        )
        for name, action in CLOCK_ACTIONS.items()
    },
    "manage market status": READS,
    "manage reset_second_factor": Row(
        "second_factor.reset", f"{FACTOR}test_the_command_is_the_way_back_of_who_runs_the_machine"
    ),
    "manage require_second_factors": "a setting does it, at each start: each session that ends says why",
    "manage reset_market": Row("market.reset", RESET),
    "manage check_market": READS,
    "manage search_words": "it makes anew what follows from the instruments",
    "manage load_market": AGAIN,
    "manage load_catalogue": Row("catalogue.load", f"{LOAD}test_loading_again_changes_and_publishes_nothing"),
    "manage journal_head": READS,
    "manage journal_reverse": Row("journal.reverse", f"{REVERSAL}test_journal_reverse.py::test_by_command"),
    "manage verify_journal": READS,
    "manage make_operator": Row("operator.make", f"{MAKE}test_who_made_an_operator_is_on_record"),
    "manage make_signing_key": Row("key.make", f"{KEYS}test_rotation"),
    "manage make_signing_key --rotate": Row("key.publish", f"{KEYS}test_rotation"),
    "manage make_signing_key --activate": Row("key.activate", f"{KEYS}test_rotation"),
    "manage make_signing_key --retire": Row("key.retire", f"{KEYS}test_rotation"),
    "manage rotate_signing_key": Row(
        "key.activate", f"{KEYS}test_one_command_rotates_and_goes_on_where_it_was"
    ),
    "manage record_action": Row("canary.promote", CANARY),
    "manage run_worker": MACHINE,
    "manage run_delivery": MACHINE,
    "compose.events status": READS,
    "compose.events replay": AGAIN,
    "compose.local canary": Row("canary.share", CANARY),
    "compose.local promote": Row("canary.promote", CANARY),
    "compose.local rollback": Row("canary.rollback", CANARY),
    "compose.local gateway-reload": Row("gateway.reload", RESTART),
    "compose.local gateway-restart": Row("gateway.restart", RESTART),
    "compose.local import": AGAIN,
    "compose.local market": AGAIN,
    "compose.local psql": Row("console.open", "tests/e2e/test_operators.py::test_a_console_is_on_record"),
    "compose.local shell": Row("console.open", "tests/e2e/test_operators.py::test_a_console_is_on_record"),
    "compose.local reset-market": Row("market.reset", RESET),
    "compose.local backup": Row("backup.make", LOST_DISK),
    "compose.local upgrade": Row("system.upgrade", UPGRADE),
    "compose.local restore": Row("backup.restore", LOST_DISK),
    "compose.local rotate-key": AGAIN,
    "compose.local events": AGAIN,
    **dict.fromkeys(
        (f"compose.local {name}" for name in ("up", "down", "dev", "restart", "reset", "backing")), MACHINE
    ),
    **dict.fromkeys(
        (f"compose.local {name}" for name in ("status", "logs", "check", "trace", "canary-status", "drill")),
        READS,
    ),
    **dict.fromkeys(
        (
            f"compose.local {name}"
            for name in (
                "demo",
                "pictures",
                "screenshots",
                "lint",
                "test",
                "faults",
                "docker-faults",
                "bench",
                "audit",
                "lock",
            )
        ),
        TOOL,
    ),
}


@pytest.fixture(scope="module")
def entry_points(system: System) -> set[str]:
    found = {
        *(f"compose.local {name}" for name in _words(leaves(local_parser(), ""))),
        *(f"compose.events {name}" for name in _words(leaves(events_parser(), ""))),
    }
    for service in SERVICES:
        result = subprocess.run(
            [sys.executable, "-m", "tests.security.operator_entry_points", service.package],
            cwd=ROOT,
            env=child_environment(system.home.root),
            capture_output=True,
            text=True,
            check=True,
        )
        found |= set(json.loads(result.stdout))
    return found


def _words(names: object) -> list[str]:
    return [str(name).split()[0] for name in names]  # type: ignore[attr-defined]


def test_every_entry_point_is_listed(entry_points: set[str]) -> None:
    assert entry_points - set(ENTRY_POINTS) == set(), "what do these put on record?"
    assert set(ENTRY_POINTS) - entry_points == set(), "there is no such entry point any more"


@pytest.mark.parametrize(
    "entry_point",
    sorted(name for name, says in (ENTRY_POINTS | READ_WITH_A_ROW).items() if isinstance(says, Row)),
)
def test_its_row_was_seen_by_a_test(entry_point: str) -> None:
    row = (ENTRY_POINTS | READ_WITH_A_ROW)[entry_point]
    assert isinstance(row, Row)
    file, _, name = row.seen_by.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    source = next(
        (
            ast.get_source_segment(text, node) or ""
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.name == name
        ),
        "",
    )
    assert source, f"{row.seen_by} is no test"
    assert "AuditEntry" in source or "latest_action" in source, f"{row.seen_by} reads no row"
    assert f'"{row.action}"' in source, f"{row.seen_by} does not ask for {row.action}"


def test_every_action_has_a_door_and_a_name() -> None:
    """``ACTIONS`` has what the entry points record, and nothing else."""
    text = (ROOT / "servicekit/audit/actions.py").read_text(encoding="utf-8")
    dictionary = next(node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.AnnAssign))
    assert isinstance(dictionary, ast.Dict)
    named = {key.value for key in dictionary.keys if isinstance(key, ast.Constant)}
    doors = (*ENTRY_POINTS.values(), *READ_WITH_A_ROW.values())
    assert {row.action for row in doors if isinstance(row, Row)} == named
