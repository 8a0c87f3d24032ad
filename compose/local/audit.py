"""`make audit`: known vulnerabilities of everything that is locked, and the versions of the servers.

The auditor, pip-audit, is no part of the project: it comes into a folder that is thrown away. It asks an
advisory database (PyPI's own), which knows Python packages; of the servers inside some of them it knows
nothing, so their versions are said, to be compared with their projects' announcements.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

from compose.local import postgres
from compose.local.console import CommandError, say, step
from compose.local.locks import whole
from compose.local.paths import ROOT, Home
from gateway.runtime import envoy, nginx

#: It holds what the others hold.
LOCK = "test"


def audit() -> int:
    """Print what is known; returns 0 when nothing is, 1 for vulnerabilities, 2 when nobody could be asked.

    Raises:
        CommandError: pip-audit cannot be had.
    """
    for name, version in servers().items():
        say(f"  {name:<12} {version}")
    say("  The advisory database covers packages, not these servers: check their own announcements.")
    with tempfile.TemporaryDirectory(prefix="birzha-audit-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        with step("downloading pip-audit"):
            got = _run([python, "-m", "pip", "install", "--quiet", "pip-audit"])
            if got.returncode:
                raise CommandError(f"pip-audit cannot be downloaded: {got.stderr.strip().splitlines()[-1]}")
        lock = Path(folder) / "lock.txt"
        lock.write_text(whole(LOCK), encoding="utf-8")
        with step("checking every package of the locks"):
            options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
            result = _run([python, "-m", "pip_audit", "-r", str(lock), *options])
    return report(result.stdout, result.stderr)


def report(output: str, errors: str) -> int:
    """Say what pip-audit found; see :func:`audit`."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    unasked = [package["name"] for package in packages if "skip_reason" in package]
    if len(unasked) == len(packages):
        reasons = [package["skip_reason"] for package in packages] or errors.strip().splitlines()
        last = (reasons or ["it said nothing"])[-1]
        say(f"NOTHING WAS CHECKED: the advisory database cannot be reached ({last[:200]}).")
        return 2
    found = [package for package in packages if package.get("vulns")]
    for package in found:
        for each in package["vulns"]:
            mended = ", ".join(each["fix_versions"]) or "no version yet"
            say(f"  {package['name']} {package['version']}: {each['id']}, fixed in {mended}")
    if unasked:
        say(f"  NOT CHECKED, not in the database: {', '.join(unasked)}")
    checked = len(packages) - len(unasked)
    say(f"{checked} packages checked: {len(found) or 'none'} with known vulnerabilities.")
    return 1 if found else 0


def servers() -> dict[str, str]:
    """The versions of the servers that the packages carry, as they say themselves."""
    from compose.local import valkey

    commands = {
        "PostgreSQL": [postgres.binary("postgres"), "--version"],
        "Valkey": [valkey.command(Home.here())[0], "--version"],
        "Envoy": [str(envoy.binary()), "--version"],
        "nginx": [str(nginx.binary()), "-v"],
    }
    return {name: _version(argv) for name, argv in commands.items()}


def _version(argv: list[str]) -> str:
    result = _run(argv)
    found = re.search(r"(?:version: \w+/|v=|nginx/|PostgreSQL\) )([\d.]+)", result.stdout + result.stderr)
    return found[1] if found else "unknown"


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
