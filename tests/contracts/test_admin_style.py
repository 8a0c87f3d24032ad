"""The gateway's content policy lets the one style through that Django's admin writes into a page."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import django
import rest_framework

from gateway.config.envoy.security_headers import ADMIN_LIST_STYLE

ADMIN = Path(django.__file__).parent / "contrib" / "admin" / "templates"
BROWSABLE = Path(rest_framework.__file__).parent / "templates" / "rest_framework" / "base.html"


def test_the_admin_writes_this_style_and_no_other() -> None:
    styles = [
        text
        for file in ADMIN.rglob("*.html")
        for text in re.findall(r"<style>(.*?)</style>", file.read_text(), re.S)
    ]
    digests = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in styles}
    assert {f"'sha256-{digest}'" for digest in digests} == {ADMIN_LIST_STYLE}


def test_no_script_is_written_into_a_page() -> None:
    for file in (*ADMIN.rglob("*.html"), BROWSABLE):
        for attributes in re.findall(r"<script\b([^>]*)>", file.read_text()):
            assert "src=" in attributes or 'type="application/json"' in attributes, (file, attributes)
        assert not re.search(r"\son\w+=\"", file.read_text()), file
