"""`make upgrade` of a whole system under load, from the release before this one."""

from __future__ import annotations

import pytest

from compose.local import restart, system_owner
from compose.local.canary import versions
from compose.local.console import CommandError
from compose.system import WEB_SERVERS
from gateway.canary import state
from gateway.canary.state import CHECKOUT
from tests.canary.conftest import Operator, Trade
from tests.docs.test_upgrades import releases
from tests.e2e.people import wait
from tests.system import System, latest_action

pytestmark = pytest.mark.timeout(1800)  # a process that starts takes long on a busy machine


def run_the_release_before(system: System) -> str:
    """Let the system run the newest release that has been, as if it had been checked out and started then.

    Its code runs on this version's schema. Returns its commit, or "" where it cannot run (a clone without
    history, other packages): then the system goes on with the checkout, and the upgrade is to itself.
    """
    commit = next(release.commit for release in releases() if release.commit)

    def install() -> None:
        made = {each.name: versions.make(system.home, each, commit) for each in WEB_SERVERS}
        with state.change(system.home.versions) as written:
            for name, version in made.items():
                written.set_stable(name, version)

    try:
        system_owner.as_owner(system.home, install)
    except CommandError as error:
        print(f"NOT TRIED: {commit}: {error}")
        return ""
    restart.restart(system.home, WEB_SERVERS, migrate=False)

    def as_started_from_it() -> None:
        with state.change(system.home.versions) as written:
            written.stable.clear()
            written.started = {each.name: commit for each in WEB_SERVERS}

    system_owner.as_owner(system.home, as_started_from_it)
    return commit


def test_the_release_before_runs_on_this_schema_and_is_upgraded_while_customers_trade(
    system: System, operator: Operator, trade: Trade
) -> None:
    commit = run_the_release_before(system)
    with trade:
        wait(lambda: trade.counts["200"] >= 30, "nobody trades")
        said = operator.upgrade()
    now = operator.versions()
    assert {now.stable_of(each.name) for each in WEB_SERVERS} == {CHECKOUT}
    if commit:
        assert {version.label[: len(commit)] for version in now.previous.values()} == {commit}
    assert trade.failed_writes == 0
    trade.must_be_whole()
    assert "make check" in said
    action = latest_action(system)
    assert (action["action"], action["after"]["version"]) == ("system.upgrade", CHECKOUT.label)
    system.check()
