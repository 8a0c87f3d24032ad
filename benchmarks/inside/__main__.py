"""``python -m benchmarks.inside trading orders_place``: prints ``result <json>``."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module


def main(service: str, function: str) -> None:
    """Call a function of ``benchmarks.inside.<service>``; its arguments are a line of JSON on stdin."""
    arguments = json.loads(sys.stdin.readline())
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{service}_service.config.settings"
    import django

    django.setup()
    module = import_module(f"benchmarks.inside.{service}")
    print("result", json.dumps(getattr(module, function)(**arguments)), flush=True)
    sys.stdin.read()  # until it is closed


if __name__ == "__main__":
    main(*sys.argv[1:])
