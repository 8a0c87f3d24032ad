"""The catalogue: every fault by its name, ``<kind>:<what>``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from compose.local.processes import PROCESSES
from compose.system import WEB_SERVERS
from tests.faults.kinds import (
    attacks,
    clocks,
    disk,
    events,
    mail,
    postgres,
    processes,
    races,
    redis,
    signing_in,
    windows,
)
from tests.faults.kinds.base import Fault

ALL = [process.name for process in PROCESSES]
WITH_CHILDREN = ["postgres", *(service.name for service in WEB_SERVERS)]


def _catalogue() -> dict[str, Callable[[], Fault]]:
    known: list[Callable[[], Fault]] = [
        *(partial(processes.Kill, f"kill:{name}", name) for name in ALL),
        *(partial(processes.KillChild, f"kill-child:{name}", name) for name in WITH_CHILDREN),
        *(partial(processes.Freeze, f"freeze:{name}", name) for name in ALL),
        partial(processes.Restart, "restart:gateway", "gateway"),
        *(partial(windows.window, s, point) for point, owners in windows.POINTS.items() for s in owners),
        *(partial(windows.split_window, point) for point in windows.SPLIT_POINTS),
        *(partial(windows.closing_window, point) for point in windows.CLOSING_POINTS),
        partial(postgres.ImmediateStop, "postgres:stop", "postgres"),
        *(partial(postgres.FrozenLocks, f"postgres:locks-{d}", database=d) for d in postgres.HOT_ROWS),
        partial(redis.Flush, "redis:flush"),
        partial(redis.LosesLastSecond, "redis:last-second", "redis"),
        partial(redis.OutOfMemory, "redis:memory", "redis"),
        partial(redis.DamagedFile, "redis:damage", "redis"),
        partial(redis.DiskFull, "redis:disk", "redis"),
        partial(redis.FullOfSessions, "sessions:full"),
        *(partial(clocks.Jump, f"clock:{name}", jump=seconds) for name, seconds in clocks.JUMPS.items()),
        *(partial(events.Shuffle, f"events:{name}", publisher=name) for name in events.PUBLISHERS),
        *(partial(events.Stolen, f"events:stolen-{name}", subscriber=name) for name in events.SUBSCRIBERS),
        partial(signing_in.ForgedTokens, "tokens:forged"),
        partial(signing_in.SignOut, "tokens:sign-out"),
        partial(signing_in.KeyRotation, "tokens:rotation"),
        partial(attacks.Holding, "attack:half-open", half_open=attacks.HALF_OPEN),
        partial(attacks.Holding, "attack:slow-readers", slow_readers=attacks.SLOW_READERS),
        *(partial(mail.Mail, f"mail:{wrong}", wrong=wrong) for wrong in mail.WRONGS),
        partial(disk.LostDisk, "disk:lost"),
        partial(races.OneKey, "race:one-key"),
        partial(races.OneBalance, "race:one-balance"),
        partial(races.LastUnit, "race:last-unit"),
    ]
    named = {make().name: make for make in known}
    return {name: make for name, make in named.items() if sys.platform == "linux" or not make().needs_linux}


CATALOGUE = _catalogue()


def kind_of(name: str) -> str:
    """``kill`` of ``kill:trading``."""
    return name.partition(":")[0]
