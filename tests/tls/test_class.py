"""A class of 60 behind one address begins at once, under the limits that a system really has."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import psutil

from compose.local.console import say
from tests.tls.conftest import Public
from tests.tls.window import Window

PUPILS, AT_ONCE = 60, 12


def test_a_class_signs_up_and_in(public: Public) -> None:
    public.proxy.visitor = "198.51.100.77"

    def pupil(number: int) -> None:
        name, password = f"pupil-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        window = Window(public.url, certificate=public.certificate)
        window.open("/sign-up")
        window.done("/sign-up", username=name, email=f"{name}@example.com", password=password)
        window.done("/sign-out")
        window.open("/sign-in")
        window.done("/sign-in", username=name, password=password)
        assert window.open("/portfolio").url.path == "/portfolio"

    begun, cpu = time.monotonic(), cpu_s(public)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(pupil, range(PUPILS)))
    finally:
        public.proxy.visitor = ""
    used = {name: seconds - cpu[name] for name, seconds in cpu_s(public).items()}
    say(f"{PUPILS} people signed up, out and in within {time.monotonic() - begun:.0f} s; CPU: {used}")


def cpu_s(public: Public) -> dict[str, float]:
    """Seconds of CPU that a few processes with their children have used."""
    found = {}
    for name in ("user", "user-passwords", "web", "gateway"):
        process = psutil.Process(int(public.system.process(name)["pid"]))
        times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
        found[name] = round(sum(each.user + each.system for each in times), 1)
    return found
