"""Sign-in under faults: what must never be accepted, a session that ended, a key that is rotated."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from random import Random
from typing import Any

from compose.local.paths import ROOT
from compose.system.environment import child_environment
from tests.e2e.tokens import bad_claims, claims_of, tampered
from tests.faults.client import ApiConnection
from tests.faults.customer import Customer
from tests.faults.kinds.base import Fault
from tests.faults.target import Target

#: One address of each service that knows customers.
PRIVATE = ("/users/me", "/orders", "/positions", "/account", "/operations", "/notifications")
#: Seconds for which an operator runs a command again that another fault keeps from its server.
SERVER_DOWN_S = 20.0


@dataclass
class SigningIn(Fault):
    """What these have in common: somebody who is signed in."""

    def prepare(self, target: Target) -> None:
        self.person = Customer(target.url, seed=self.name)
        self.person.register()

    def accepted(self, connection: ApiConnection, path: str, end: float) -> str:
        """Empty as soon as the address takes this token; what it said instead if it never did by ``end``."""
        while (call := connection.call("GET", path)).outcome != "ok":
            if time.monotonic() >= end:
                return str(call)
            time.sleep(0.2)
        return ""


@dataclass
class ForgedTokens(SigningIn):
    """Forged, expired, foreign, ``none`` and HS256 tokens are tried: none is ever accepted."""

    def prepare(self, target: Target) -> None:
        super().prepare(target)
        jwks: dict[str, Any] = self.person.connection.call("GET", "/.well-known/jwks.json", root="").answer
        good = self.person.connection.token
        self.forged = tampered(good, jwks) | bad_claims(target, good)

    def inject(self, target: Target, random: Random) -> None:
        connection = ApiConnection(target.url)
        for what, token in self.forged.items():
            connection.token = token
            call = connection.call("GET", random.choice(PRIVATE))
            if call.outcome == "ok":
                self.broken.append(f"accepted a token that is wrong ({what}): {call}")


@dataclass
class SignOut(SigningIn):
    """Somebody signs out and uses the token again: every service refuses it in the end."""

    def inject(self, target: Target, random: Random) -> None:
        answer = self.person.connection.call("POST", "/auth/logout")
        self.notes.append("acknowledged" if answer.outcome == "ok" else "not acknowledged")

    def afterwards(self, target: Target, end: float) -> None:
        if "acknowledged" not in self.notes:
            return
        for path in PRIVATE:
            while (call := self.person.connection.call("GET", path)).status != 401:
                if time.monotonic() >= end:
                    self.broken.append(f"the token of an ended session is still taken: {call}")
                    break
                time.sleep(0.2)


@dataclass
class KeyRotation(SigningIn):
    """A new signing key at once: tokens of the old one stay good, those of the new one are taken soon.

    The gateway would fetch the new key within minutes; its restart, as docs/gateway.md has it for a stolen
    key, is what makes it soon. Until then whoever has to sign in again, as somebody may whose service's clock
    is wrong, is refused.
    """

    touches: str = "gateway"
    seconds: float = 3.0

    def inject(self, target: Target, random: Random) -> None:
        for arguments in (["--rotate"], ["--activate", "--at-once"]):
            if problem := _run(target, "user_service.manage", "make_signing_key", *arguments):
                self.broken.append(f"the key cannot be rotated: {problem}")

    def heal(self, target: Target) -> None:
        if problem := _run(target, "compose.local", "gateway-restart"):
            self.broken.append(f"the gateway cannot be restarted: {problem}")

    def afterwards(self, target: Target, end: float) -> None:
        if claims_of(self.person.connection.token)["exp"] > time.time() + (end - time.monotonic()):
            self._accepted("a token of the key before", end)
        self.person.must(self.person.sign_in)
        self._accepted("a token of the new key", end)

    def _accepted(self, what: str, end: float) -> None:
        for path in PRIVATE:
            if problem := self.accepted(self.person.connection, path, end):
                self.broken.append(f"{what} is not taken: {problem}")


def _run(target: Target, module: str, *arguments: str) -> str:
    """Run a command on the system, again while a server is down. Returns the end of what it said at last."""
    end = time.monotonic() + SERVER_DOWN_S
    while True:
        result = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=child_environment(target.home.root),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode == 0:
            return ""
        if time.monotonic() >= end:
            return (result.stdout + result.stderr).strip()[-300:]
        time.sleep(1)
