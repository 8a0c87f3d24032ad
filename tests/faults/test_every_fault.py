"""Every fault once, under load: nothing is lost, made or done twice, and all is well again soon."""

from __future__ import annotations

import pytest

from tests.faults.kinds import CATALOGUE
from tests.faults.kinds.windows import Window
from tests.faults.schedule import DRAWN_ONLY, single, stages
from tests.faults.target import Target
from tests.faults.trial import Trial

STAGES = stages()
#: Seconds within which all is well again: `make faults` wants it sooner, on a machine without other work.
RECOVERY_S = 120.0
RACES = [name for name in CATALOGUE if name.startswith("race:")]


def test_the_stages_and_the_races_are_every_fault_once() -> None:
    names = [planned.fault.name for plan in STAGES.values() for planned in plan]
    assert sorted([*names, *RACES, *DRAWN_ONLY]) == sorted(CATALOGUE)


@pytest.mark.parametrize("race", RACES)
def test_a_race_has_the_one_right_outcome(target: Target, race: str) -> None:
    outcome = Trial(target, seed="race", plan=single(race), recovery_s=RECOVERY_S).run()
    assert not outcome.broken, outcome.text()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.timeout(900)
def test_a_stage_of_faults_breaks_nothing(target: Target, stage: str) -> None:
    outcome = Trial(target, seed=f"stage {stage}", plan=STAGES[stage], recovery_s=RECOVERY_S).run()
    assert not outcome.broken, outcome.text()
    assert outcome.looks, "nobody looked at the invariants while the faults were on"
    assert outcome.crossed, "no two customers traded with each other"
    assert outcome.rested, "no order rested"
    windows = [planned.fault for planned in STAGES[stage] if isinstance(planned.fault, Window)]
    unreached = [window.name for window in windows if not window.reached]
    assert not unreached, outcome.text()
