"""Whether a version serves: waited for while it comes up, given up when it ends again and again."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from gateway.canary.runner import Instance, Runner
from gateway.runtime.connections import connection, get

#: Requests at once that a new version answers before anybody else's, so that each of its threads has made its
#: connections and the first requests are no slower than later ones.
WARM_UP_REQUESTS = 8
#: Starts of one process after which it is not waited for any longer: it ends by itself each time.
MOST_STARTS = 3


class NotServing(RuntimeError):
    """A version does not come up: the message says what it lacks, ``processes`` what it consists of."""

    def __init__(self, message: str, processes: list[str]) -> None:
        super().__init__(message)
        self.processes = processes


def wait_for_answer(runner: Runner, instance: Instance, *, seconds: float) -> None:
    """Return when the web server of an instance says that it is ready.

    Raises:
        NotServing: not within the time, or one of its processes ends by itself each time.
    """
    _wait(runner, instance, seconds, lambda: _unready(runner, instance))


def settle(runner: Runner, instances: Iterable[Instance], *, seconds: float) -> None:
    """Return when all of these have stayed up for a while and are ready, their threads warmed up.

    Raises:
        NotServing: as :func:`wait_for_answer`, of the first one that does not.
    """
    for instance in instances:
        _wait(runner, instance, seconds, lambda instance=instance: _unsettled(runner, instance))  # type: ignore[misc]
        with ThreadPoolExecutor(WARM_UP_REQUESTS) as pool:
            for _ in range(WARM_UP_REQUESTS):
                pool.submit(_get_ready, runner, instance)


def _wait(runner: Runner, instance: Instance, seconds: float, look: Callable[[], str]) -> None:
    """Return when ``look`` finds nothing that is missing."""
    end = time.monotonic() + seconds
    runs: dict[str, set[str]] = {}
    while missing := look():
        processes = runner.processes(instance)
        for process in processes:
            if process.state != "ended":
                runs.setdefault(process.name, set()).add(process.run)
        if ending := [name for name, seen in runs.items() if len(seen) > MOST_STARTS]:
            raise NotServing(f"{instance.name} does not serve: {ending[0]} ends again and again", ending)
        if time.monotonic() > end:
            names = [process.name for process in processes]
            raise NotServing(f"{instance.name} does not serve after {seconds:g} s: {missing}", names)
        time.sleep(0.1)


def _unsettled(runner: Runner, instance: Instance) -> str:
    """What an instance lacks to serve; empty: nothing."""
    try:
        if any(process.state != "running" for process in runner.processes(instance)):
            return "it does not stay up"
    except OSError as error:
        return str(error) or "no answer"
    return _unready(runner, instance)


def _unready(runner: Runner, instance: Instance) -> str:
    """What its web server says that it lacks; empty: nothing."""
    try:
        status, body = _get_ready(runner, instance)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return str(error) or "no answer"
    return "" if status == 200 else f"/readyz says {status} {body[:300].decode(errors='replace')}"


def _get_ready(runner: Runner, instance: Instance) -> tuple[int, bytes]:
    return get(connection(runner.endpoint(instance)), "/readyz", "application/json")
