"""``python -m tests.faults``: trials on a system of its own, in a folder that is deleted when all is good.

SEEDS=n runs n trials of the seeds SEED, SEED+1 … (default: a random one). FAULT=name runs that fault alone,
or each of a kind (``FAULT=window``); FAULT=list names them. RECOVERY=n allows more than 30 s until everything
is right again, on a machine with other work. Before them the matcher is compared with a plain reference book,
over 200,000 steps of the seed SEED (STEPS=n, 0: not at all; with FAULT only where it is given). Ends with 0
when everything was good, 1 when something was not.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom

from compose.local import catalogs
from compose.local.console import CommandError, say
from compose.local.paths import Home
from compose.local.settings import MANY_CUSTOMERS, Settings, free_port
from compose.local.stack import Stack
from tests.faults.kinds import CATALOGUE
from tests.faults.matching import matches
from tests.faults.schedule import Planned, drawn, named, single
from tests.faults.target import Target
from tests.faults.trial import Outcome, Trial

#: Of the matcher's comparison, unless told otherwise.
STEPS = 200_000


def main() -> int:
    """Run the trials that were asked for."""
    signal.signal(signal.SIGTERM, _interrupt)
    wanted = os.environ.get("FAULT", "")
    if wanted == "list":
        say("\n".join(CATALOGUE))
        return 0
    try:
        names = named(wanted) if wanted else [""]
    except ValueError as error:
        raise CommandError(str(error)) from None
    first = int(os.environ.get("SEED") or SystemRandom().randrange(1_000_000))
    seeds = range(first, first + int(os.environ.get("SEEDS") or 1))
    steps = int(os.environ.get("STEPS") or (0 if wanted else STEPS))
    right = not steps or matches(first, steps)
    folder = Path(tempfile.mkdtemp(prefix="birzha-faults-"))
    home = Home.at(folder / "home")
    os.environ["BIRZHA_HOME"] = str(home.root)
    stack = Stack(home)
    catalogs.compile_changed()
    home.create(for_tests=True)
    good = False
    try:
        stack.up(Settings.read(home, MANY_CUSTOMERS | {"BIRZHA_PORT": str(free_port())}))
        target = Target(home.read_state()["url"], home)
        outcomes = [trial(target, seed, name) for seed in seeds for name in names]
        good = all(not outcome.broken for outcome in outcomes)
        summary(outcomes, right)
    finally:
        stack.down()
        if good:
            stack.reset()
            shutil.rmtree(folder)
        else:
            say(f"The logs are in {home.log}, the data in {home.data}.")
    return 0 if good and right else 1


def trial(target: Target, seed: int, name: str) -> Outcome:
    """One trial, and what it came to in a line, or in full when something is broken."""
    plan: list[Planned] = single(name) if name else drawn(Random(seed))
    outcome = Trial(target, seed=str(seed), plan=plan).run()
    verdict = "BROKEN" if outcome.broken else "good"
    orders = ", ".join(f"{count} {status}" for status, count in sorted(outcome.orders.items()))
    say(
        f"seed {seed:>6}  {verdict}  {outcome.seconds:4.1f} s  right after {outcome.recovery:4.1f} s  "
        f"{outcome.calls} calls ({outcome.unknown} without an answer), {outcome.looks} looks; {orders}; "
        f"{outcome.crossed} trades between customers, {outcome.rested} rested; "
        f"{'; '.join(str(planned) for planned in plan)}"
    )
    if outcome.broken:
        say(outcome.text())
        again = f"SEED={seed}" + (f" FAULT={name}" if name else "")
        say(f"\nAgain: make faults {again}   logs, until {datetime.now(UTC):%H:%M:%S}: {target.home.log}\n")
    return outcome


def summary(outcomes: list[Outcome], right: bool) -> None:
    """The last line: of the trials, and whether the matcher is right."""
    bad = [outcome.seed for outcome in outcomes if outcome.broken]
    broken = [f"seeds {', '.join(bad)}"] if bad else []
    broken += [] if right else ["the matcher"]
    took = [outcome.seconds for outcome in outcomes]
    verdict = f"BROKEN: {', '.join(broken)}" if broken else "all good"
    say(f"{len(outcomes)} trials in {sum(took) / 60:.1f} min ({sum(took) / len(took):.0f} s each): {verdict}")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CommandError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
