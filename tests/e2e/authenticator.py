"""An authenticator app, as a phone has it."""

from __future__ import annotations

import base64
import time

from django_otp.oath import hotp

STEP_S = 30


class Authenticator:
    """An app that was given a secret (Base32). It gives two codes within half a minute, each but once."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._given = 0

    def code(self) -> str:
        """A code that is good now and was not given before: of this half minute, or already of the next."""
        step = max(int(time.time()) // STEP_S, self._given + 1)
        while step > int(time.time()) // STEP_S + 1:
            time.sleep(0.2)
        self._given = step
        return f"{hotp(base64.b32decode(self.secret), step):06d}"
