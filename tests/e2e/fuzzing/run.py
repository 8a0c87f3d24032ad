"""One run of schemathesis over one document."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from compose.local.paths import ROOT

SETTINGS = Path(__file__).parent / "schemathesis.toml"
#: One seed, so that a run is repeated by the next; another one: ``BIRZHA_FUZZ_SEED=7``.
SEED = os.environ.get("BIRZHA_FUZZ_SEED", "1")


@dataclass(frozen=True)
class FuzzRun:
    """What came of a run: whether all was as documented, and what schemathesis wrote."""

    good: bool
    output: str

    @property
    def operations(self) -> int:
        """How many operations were tried."""
        return self._number(r"Tested: (\d+)")

    @property
    def cases(self) -> int:
        """How many requests were made up."""
        return self._number(r"(\d+) generated")

    def _number(self, pattern: str) -> int:
        found = re.search(pattern, self.output)
        return int(found[1]) if found else 0


def fuzz(document: str, *, token: str = "", examples: int, options: tuple[str, ...] = ()) -> FuzzRun:
    """Try every operation of a document.

    Args:
        document: its address.
        token: of who asks; "" for nobody.
        examples: how many requests are made up at random for each operation, beside the systematic ones.
        options: more of the command line, such as ``--exclude-operation-id``.
    """
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run", document,
        "--no-color", "--seed", SEED, "--max-examples", str(examples), "--request-timeout", "30", *options,
    ]  # fmt: skip
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory(prefix="birzha-fuzz-") as folder:  # it keeps what it found where it runs
        result = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
    return FuzzRun(result.returncode == 0, result.stdout + result.stderr)
