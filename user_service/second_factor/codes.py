"""What an authenticator app shows, and recovery codes: how they are made and read. Knows no database.

Codes of an app are TOTP (RFC 6238) as every app reads it: SHA-1, six digits, a new one every 30 seconds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
import time
from urllib.parse import quote, urlencode
from uuid import UUID

from django_otp.oath import TOTP

ISSUER = "Birzha"
#: Of a secret; RFC 4226, section 4, asks for so many.
SECRET_BYTES = 20
STEP_S = 30
DIGITS = 6
#: The code before and the one after count too: two clocks differ, and typing takes a while.
TOLERANCE_STEPS = 1

RECOVERY_CODES = 10
#: 80 random bits, so that a fast digest of one tells nothing.
_RECOVERY_BYTES = 10
_GROUP = 4
#: More than any code is long, however it is typed.
CODE_MAX = 64


def secret_new() -> str:
    """A new secret in Base32, as apps take it."""
    return base64.b32encode(os.urandom(SECRET_BYTES)).decode()


def secret_read(text: str) -> bytes | None:
    """The bytes of a secret as it was typed; None when it is not one."""
    try:
        raw = base64.b32decode(re.sub(r"[\s-]", "", text).upper())
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == SECRET_BYTES else None


def provisioning_uri(*, secret: str, username: str) -> str:
    """What an app reads from the QR code (``otpauth://``)."""
    label = quote(f"{ISSUER}:{username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def matching_step(*, secret: bytes, code: str, after: int) -> int | None:
    """The time step of a code of an app, if it is good now.

    Args:
        secret: the shared one.
        code: as typed.
        after: the step of the code that was used last; that and those before it are used up.

    Returns:
        The number of the step; None when the code is wrong or used up.
    """
    typed = re.sub(r"\s", "", code)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", typed):
        return None
    totp = TOTP(secret, step=STEP_S, digits=DIGITS)
    totp.time = time.time()
    if not totp.verify(int(typed), tolerance=TOLERANCE_STEPS, min_t=after + 1):
        return None
    return int(totp.t())


def recovery_code_new() -> str:
    """A new recovery code: four groups of four letters and digits."""
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def recovery_code_digest(*, factor_id: UUID, code: str) -> str:
    """What is stored of a recovery code, however it was typed."""
    normal = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(f"{factor_id} {normal}".encode()).hexdigest()
