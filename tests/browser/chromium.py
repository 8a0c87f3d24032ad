"""The Chromium of the browser tests; ``python -m tests.browser.chromium`` installs it if it can."""

from __future__ import annotations

import os
import shutil
import subprocess

#: The first is the same engine without a browser's own windows: a page takes it less than half of the CPU.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
NONE = "NO CHROMIUM: the pages were NOT tested in a browser. Install chromium or set BIRZHA_CHROMIUM."


def find_executable() -> str | None:
    """What BIRZHA_CHROMIUM names, or the first of :data:`NAMES` on the path."""
    return os.environ.get("BIRZHA_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> None:
    """As root on Debian it is installed, otherwise this says that it is not there."""
    if not find_executable() and os.getuid() == 0 and shutil.which("apt-get"):
        print(f"- installing {NAMES[0]} with apt-get ...", flush=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", NAMES[0]]
        for argv in (["apt-get", "update", "-qq"], install):
            variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(argv, env=variables, stdout=subprocess.DEVNULL, check=False)
    if not find_executable():
        line = "!" * 78
        print(f"{line}\n{NONE}\n{line}", flush=True)


if __name__ == "__main__":
    main()
