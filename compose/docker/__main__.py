"""`make docker-env`, `docker-up`, `docker-down`, `docker-test`: ``python -m compose.docker up`` and its like.

Started by any Python 3.11+, with nothing installed but a Docker engine and Compose: the plugin (``docker
compose``), or the program before it (``docker-compose`` 1.29).
"""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from compose.docker import dotenv
from compose.local.console import CommandError, say

FOLDER = Path(__file__).parent
#: Of the containers that run only when they are asked for. Compose v2 leaves them alone, and the networks
#: that they are in, unless they are named.
PROFILES = ("mail", "observe", "traces", "tools")
#: Seconds until a system serves that has everything to make: tables, market, keys.
READY_TIMEOUT_S = 600
#: Seconds after the last kill within which a test's story must be told without a fault again.
RECOVERY_S = 60
#: What a test has several of.
SCALED = ("--scale", "trading-worker=3", "--scale", "market-stream=2")
#: What a test takes away while people trade, each for a moment.
KILLED = ("trading-worker", "billing-worker", "market-worker", "redis", "gateway", "user")


def main(arguments: list[str]) -> int:
    """Run one command.

    Raises:
        CommandError: there is no Compose, or it failed.
    """
    commands = {"env": dotenv.main, "up": up, "down": down, "test": test}
    if len(arguments) != 1 or arguments[0] not in commands:
        raise CommandError(f"python -m compose.docker {'|'.join(commands)}")
    commands[arguments[0]]()
    return 0


def up() -> None:
    """Build the image, start everything, wait until it serves.

    Containers that run are replaced: what each is to do stands in files that Compose does not look into.
    """
    password = dotenv.write_once()
    compose("build", "configure")
    compose("up", "-d", "--no-build", "--force-recreate", "--remove-orphans")
    wait()
    say(f"Birzha is at http://127.0.0.1:{port()}, its operator is operator, {password}")


def down() -> None:
    """Stop everything, also what was asked for beside it; the volumes stay."""
    profiles = [word for name in PROFILES for word in ("--profile", name)]
    compose(*profiles, "down", "--remove-orphans")


def test() -> None:
    """The story and every invariant on a system of its own, before and after containers were killed."""
    dotenv.write()
    with_own = {"COMPOSE_PROJECT_NAME": "birzha-test", "BIRZHA_PORT": os.environ.get("BIRZHA_PORT", "18000")}
    os.environ.update(with_own)
    try:
        compose("build", "configure")
        compose("up", "-d", "--no-build", *SCALED)
        wait()
        _story()
        for name in KILLED:
            say(f"- killing {name}")
            compose("kill", "-s", "KILL", name)
            compose("start", name)
            wait()
        _story_again()
    finally:
        compose("down", "-v", "--remove-orphans")


def _story() -> None:
    compose("run", "--rm", "tools", "python", "-m", "compose.demo")
    compose("run", "--rm", "tools", "python", "-m", "compose.check", "--wait", "60")


def _story_again() -> None:
    """The story once all workers have come back: they ask for Redis again some seconds after it is there."""
    end = time.monotonic() + RECOVERY_S
    while True:
        try:
            return _story()
        except CommandError:
            if time.monotonic() > end:
                raise


def compose(*arguments: str) -> None:
    """Run Compose on our file, and on the override beside it, where there is one.

    Raises:
        CommandError: it failed; it has said why.
    """
    if subprocess.run([*program(), *arguments], cwd=FOLDER, check=False).returncode:
        raise CommandError(f"{' '.join([*program(), *arguments])} failed.")


def program() -> list[str]:
    """How Compose is called here.

    Raises:
        CommandError: there is none.
    """
    if shutil.which("docker") and not subprocess.run(
        ["docker", "compose", "version"], capture_output=True, check=False
    ).returncode:  # fmt: skip
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise CommandError(
        "There is no Docker Compose here: see docs/docker.md, or run make up, which needs none."
    )


def wait(seconds: float = READY_TIMEOUT_S) -> None:
    """Return when the market's list and its page are answered.

    Raises:
        CommandError: not within the time.
    """
    end = time.monotonic() + seconds
    while not all(map(_answers, ("/api/v1/instruments?limit=1", "/"))):
        if time.monotonic() > end:
            raise CommandError(f"Not ready after {seconds:.0f} s: see {' '.join(program())} ps, and logs.")
        time.sleep(1)


def port(environment: Mapping[str, str] = os.environ) -> int:
    """The published port: of the environment, else of the file of choices."""
    return int(environment.get("BIRZHA_PORT") or dotenv.read().get("BIRZHA_PORT") or 8000)


def _answers(path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status == 200 and b'"results":[]' not in answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CommandError as error:
        sys.exit(str(error))
