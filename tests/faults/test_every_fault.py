"""Every fault once, under load: nothing is lost, made or done twice, and all is well again soon."""

from __future__ import annotations

import pytest

from tests.faults.kinds import CATALOGUE
from tests.faults.kinds.disk import LostDisk
from tests.faults.kinds.windows import Window
from tests.faults.schedule import DRAWN_ONLY, single, stages
from tests.faults.target import Target
from tests.faults.trial import Trial
from tests.system import latest_action

STAGES = stages()
#: Seconds within which all is well again: `make faults` wants it sooner, on a machine without other work.
RECOVERY_S = 120.0
#: Seconds that the load may go on until two customers have traded with each other.
MEETING_S = 120.0
DISK = "disk:lost"
RACES = [name for name in CATALOGUE if name.startswith("race:")]


def test_the_stages_the_races_and_the_disk_are_every_fault_once() -> None:
    names = [planned.fault.name for plan in STAGES.values() for planned in plan]
    assert sorted([*names, *RACES, *DRAWN_ONLY, DISK]) == sorted(CATALOGUE)


@pytest.mark.parametrize("race", RACES)
def test_a_race_has_the_one_right_outcome(target: Target, race: str) -> None:
    outcome = Trial(target, seed="race", plan=single(race), recovery_s=RECOVERY_S).run()
    assert not outcome.broken, outcome.text()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.timeout(900)
def test_a_stage_of_faults_breaks_nothing(target: Target, stage: str) -> None:
    trial = Trial(
        target, seed=f"stage {stage}", plan=STAGES[stage], recovery_s=RECOVERY_S, meeting_s=MEETING_S
    )
    outcome = trial.run()
    assert not outcome.broken, outcome.text()
    assert outcome.looks, "nobody looked at the invariants while the faults were on"
    assert outcome.crossed, "no two customers traded with each other"
    assert outcome.rested, "no order rested"
    windows = [planned.fault for planned in STAGES[stage] if isinstance(planned.fault, Window)]
    unreached = [window.name for window in windows if not window.reached]
    assert not unreached, outcome.text()


@pytest.mark.timeout(1200)
def test_a_disk_is_lost_under_load_and_all_that_a_backup_has_comes_back(target: Target) -> None:
    plan = single(DISK)
    outcome = Trial(target, seed="disk", plan=plan, recovery_s=RECOVERY_S).run()
    assert not outcome.broken, outcome.text()
    (fault,) = (planned.fault for planned in plan)
    assert isinstance(fault, LostDisk)
    assert any("order" in note for note in fault.notes if note.startswith("lost since")), fault.notes
    assert fault.backup_action["action"] == "backup.make"
    restored = latest_action(target)
    assert (restored["action"], restored["after"]["file"]) == (
        "backup.restore",
        fault.file and fault.file.name,
    )
