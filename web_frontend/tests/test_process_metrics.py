"""What the pages tell of themselves at ``/metrics``."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest
from django.test import Client


def told(browser: Client) -> dict[str, float]:
    answer = browser.get("/metrics")
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if line[0] != "#")}


def test_all_processes_of_one_master_are_told_together(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getppid", os.getpid)
    code = "sum(range(10_000_000)); print(flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    workers = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(2)]  # type: ignore[call-overload]
    try:
        for worker in workers:
            worker.stdout.readline()
        known = [psutil.Process(worker.pid) for worker in workers]
        found = told(browser)
        sizes = [process.memory_info().rss for process in known]
        seconds = [sum(process.cpu_times()[:2]) for process in known]
        # the kernel sums the memory of a process up by and by; whoever else pytest has started is small
        assert found["process_resident_memory_bytes"] >= 0.7 * sum(sizes)
        assert found["process_cpu_seconds_total"] >= 0.9 * sum(seconds) > 0
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def test_it_tells_of_itself_where_the_kernel_does_not_say_who_the_others_are(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getppid", lambda: 2**30)
    found = told(browser)
    assert found["process_resident_memory_bytes"] == pytest.approx(
        psutil.Process().memory_info().rss, rel=0.3
    )
