"""Leaving: one's data in a file, what stands in the way, and the end, with and without scripts."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, OpenPage

PAGE = "/security/close-account"


def test_data_is_taken_along_and_an_empty_account_closes(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    page, name = visitor.page, visitor.join("100")
    visitor.open("/security")
    with page.expect_download() as started:
        page.click("#my-data")
    with zipfile.ZipFile(io.BytesIO(Path(started.value.path()).read_bytes())) as file:
        assert json.loads(file.read("profile.json"))["profile"]["username"] == name
        assert json.loads(file.read("account.json"))["balance"] == "100.00"

    visitor.open(PAGE)
    page.fill("[name=password]", "not it")
    page.click("#close-account-submit")
    expect(page.locator("#close-account .error")).to_be_visible()
    page.fill("[name=password]", PASSWORD)
    page.click("#close-account-submit")
    reasons = page.locator("#closing-reasons a")
    expect(reasons).to_have_count(1)
    assert visitor.axe() == []
    reasons.click()
    page.wait_for_url("**/cash")
    page.fill("#withdraw [name=amount]", "100")
    page.click("#withdraw-submit")
    page.wait_for_selector(".message-success")

    visitor.open(PAGE)
    page.fill("[name=password]", PASSWORD)
    page.click("#close-account-submit")
    expect(page.locator("#account-closed")).to_be_visible()
    visitor.open("/portfolio")
    page.wait_for_url("**/sign-in**")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("#submit")
    expect(page.locator(".message-error")).to_be_visible()
    assert [each for each in visitor.complaints if "401" not in each] == []


def test_without_scripts_too(open_window: OpenPage) -> None:
    visitor = open_window("en")
    visitor.join()
    plain = visitor.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=visitor.context.storage_state(), base_url=visitor.url
    )
    page = plain.new_page()
    page.goto(PAGE)
    page.fill("[name=password]", PASSWORD)
    page.click("#close-account-submit")
    end, look_again, closed = (
        time.monotonic() + 60,
        page.locator("#closing a"),
        page.locator("#account-closed"),
    )
    while time.monotonic() < end:
        expect(look_again.or_(closed)).to_be_visible()
        if closed.is_visible():
            break
        look_again.click()
    expect(closed).to_be_visible()
    plain.close()
