"""Django REST framework without what it loads where it is installed: HTTP clients and markup for nobody.

A sixth of a web server's start, where traces, messengers or tests have brought them (requirements/).
"""

from __future__ import annotations

import sys
from importlib import import_module

EXTRAS = ("markdown", "pygments", "requests")

_hidden = [name for name in EXTRAS if name not in sys.modules]
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type]
try:
    import_module("rest_framework.compat")
finally:
    for _name in _hidden:
        del sys.modules[_name]
