"""An authenticator app and its clock, for the tests."""

from __future__ import annotations

import base64
from types import SimpleNamespace

from django_otp.oath import hotp

from user_service.second_factor.codes import DIGITS, STEP_S

#: In the middle of a step.
BEGINNING = 1_800_000_015.0


class AuthenticatorApp:
    """What a phone has: a secret, and a clock, which is user_service's too.

    Attributes:
        secret: in Base32.
        now: seconds since 1970.
    """

    def __init__(self, secret: str) -> None:
        self.secret, self.now = secret, BEGINNING

    def code(self, steps: int = 0) -> str:
        """What it shows now, or so many steps later."""
        step = int(self.now // STEP_S) + steps
        return f"{hotp(base64.b32decode(self.secret), step):0{DIGITS}d}"

    def wait(self) -> str:
        """Wait for the next code, and show it."""
        self.now += STEP_S
        return self.code()

    @property
    def clock(self) -> SimpleNamespace:
        """In place of the module ``time`` of user_service's codes."""
        return SimpleNamespace(time=lambda: self.now)
