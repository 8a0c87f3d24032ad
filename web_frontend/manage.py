"""``python -m web_frontend.manage <command>``."""

from __future__ import annotations

from servicekit.manage import main

if __name__ == "__main__":
    main("web_frontend")
