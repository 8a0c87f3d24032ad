"""No cookie of one system, or of one service, is another's: a browser does not tell a host's ports apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from compose.local.paths import ROOT
from compose.system import WEB_SERVERS
from compose.system.environment import known_services

_PRINT = """
import importlib, json, sys
found = {}
for package in sys.argv[1:]:
    for name in [name for name in sys.modules if name.startswith("servicekit.settings")]:
        del sys.modules[name]  # a process has the settings of one service
    module = importlib.import_module(f"{package}.config.settings")
    found[package] = {name: getattr(module, name) for name in dir(module) if "COOKIE" in name}
print(json.dumps(found))
"""
#: One sign-in serves the admins of all services.
SHARED = {"OPERATOR_COOKIE_NAME"}


def cookies(suffix: str, url: str) -> dict[str, dict[str, Any]]:
    """Package → its settings of cookies, in a system of this suffix and public address."""
    needed = ("SECRET_KEY", "REDIS_URL", "JWKS_URL", "GATEWAY_URL", "DATABASE_HOST", "DATABASE_USER")
    values = dict.fromkeys((*needed, "DATABASE_PASSWORD", "JWT_KEYS", "LINK_KEY"), "x")
    values |= {"COOKIE_SUFFIX": suffix, "PUBLIC_URL": url, "HOME": "/nowhere", "SERVICES": known_services()}
    variables = os.environ | {f"BIRZHA_{name}": value for name, value in values.items()}
    argv = [sys.executable, "-c", _PRINT, *(service.package for service in WEB_SERVERS)]
    result = subprocess.run(argv, cwd=ROOT, env=variables, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def names(found: dict[str, dict[str, Any]]) -> list[str]:
    """Every name, those that services share once."""
    shared = {each[name] for each in found.values() for name in SHARED & set(each)}
    own = [
        value
        for each in found.values()
        for name, value in each.items()
        if name.endswith("_COOKIE_NAME") and name not in SHARED and "LANGUAGE" not in name
    ]
    return [*shared, *own, found["web_frontend"]["LANGUAGE_COOKIE_NAME"]]


def test_two_systems_and_six_services_share_no_cookie() -> None:
    one = names(cookies("0a1b2c3d", "http://127.0.0.1:8000"))
    other = names(cookies("4e5f6a7b", "http://127.0.0.1:9000"))
    assert len(one) == len(set(one)) > 15
    assert not set(one) & set(other)
    assert all(name.startswith("birzha_") and name.endswith("_0a1b2c3d") for name in one), one
    assert one == names(cookies("0a1b2c3d", "http://127.0.0.1:9000"))  # whatever its port


def test_behind_tls_only_this_host_can_set_them() -> None:
    for package, values in cookies("0a1b2c3d", "https://birzha.example.org").items():
        for name, value in values.items():
            kind = name.removesuffix("_NAME")
            if name.endswith("_COOKIE_NAME") and not (
                kind == "LANGUAGE_COOKIE" and package != "web_frontend"
            ):
                assert value.startswith("__Host-birzha_"), (package, name)
                assert values.get(f"{kind}_PATH", "/") == "/", (package, kind)
                assert values.get(f"{kind}_SECURE", True), (package, kind)
