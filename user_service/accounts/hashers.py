"""How passwords are stored."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class OwaspArgon2PasswordHasher(Argon2PasswordHasher):
    """argon2id with the parameters that OWASP recommends as the minimum: 19 MiB, 2 passes, 1 lane.

    Django's own defaults take 100 MiB and 8 threads for every sign-in, which a small machine pays
    for with its memory. Source: OWASP Password Storage Cheat Sheet, "Argon2id".
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
