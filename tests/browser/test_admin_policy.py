"""The admins and the browsable API in a real browser: nothing of theirs is stopped by the content policy."""

from __future__ import annotations

import pytest

from compose.system import SLUGS
from tests.browser.conftest import OpenPage
from tests.system import System

LINKS = "Array.from(document.querySelectorAll('{where} a'), a => a.pathname + a.search)"


@pytest.mark.timeout(400)
def test_every_admin_and_the_browsable_api_run_under_it(open_window: OpenPage, system: System) -> None:
    operator = system.settings_of("operator")
    window = open_window()
    page = window.page
    page.goto("/admin/users/login/")
    page.fill("[name=username]", operator["BIRZHA_OPERATOR_USERNAME"])
    page.fill("[name=password]", operator["BIRZHA_OPERATOR_PASSWORD"])
    page.click("[type=submit]")
    page.wait_for_url("**/admin/users/")
    seen = 0
    for slug in SLUGS:
        page.goto(f"/admin/{slug}/")
        lists = page.evaluate(LINKS.format(where="#content-main th"))
        for path in sorted({path for path in lists if path.count("/") == 5}):
            page.goto(path)
            seen += 1
            if rows := page.evaluate(LINKS.format(where="#result_list tbody")):
                page.goto(rows[0])
    assert seen > 15
    page.goto("/api/v1/orders")
    assert page.inner_text("h1")
    assert page.evaluate("typeof jQuery") == "function"
    assert window.complaints == []


def test_what_is_written_into_a_page_does_not_run(open_window: OpenPage) -> None:
    window = open_window()
    window.page.goto("/admin/users/login/")
    window.page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}))"
    )
    assert window.page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in said for said in window.complaints)
