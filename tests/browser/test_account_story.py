"""An account's whole life: its mails clicked in the mailbox that operators see, its program by curl."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, OpenPage, Visitor
from tests.e2e.people import wait
from tests.system import System

NEW = "another-horse-8-staple"
MAILS = "/admin/notifications/transports/mail/"
WORDS = {
    "en": {"filled": "Order filled: AAPL", "device": "Sign-in from a new device"},
    "ru": {"filled": "Заявка исполнена: AAPL", "device": "Вход с нового устройства"},
}
#: A browser that is not the one of the other windows.
ELSEWHERE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Mailbox:
    """The mails as an operator's browser shows them."""

    def __init__(self, window: Visitor, system: System) -> None:
        self.window, self.page = window, window.page
        operator = system.settings_of("operator")
        self.page.goto("/admin/users/login/")
        self.page.fill("[name=username]", operator["BIRZHA_OPERATOR_USERNAME"])
        self.page.fill("[name=password]", operator["BIRZHA_OPERATOR_PASSWORD"])
        self.page.click("[type=submit]")
        self.page.wait_for_url("**/admin/users/")

    def show(self, name: str, subject: str = "", link: str = "") -> None:
        """Open somebody's latest mail with this subject, or with a link to this page, once it is there."""

        def found() -> bool:
            self.page.goto(f"{MAILS}?q={name}")
            paths = self.page.evaluate(
                f"Array.from(document.querySelectorAll('a[href*=\"{MAILS}\"]'), a => a.pathname)"
            )
            for path in dict.fromkeys(path for path in paths if re.fullmatch(rf"{MAILS}\d+/change/", path)):
                mail = self.page.request.get(path).text()
                if (subject or "\0") in mail or (link and f"/{link}#" in mail):
                    self.page.goto(path)
                    return True
            return False

        wait(found, f"the mailbox shows {name} no mail {subject or link}")

    def click(self, link: str) -> Page:
        """Click the link of the mail that is shown, in its frame; returns the window that opens."""
        frame = self.page.frame_locator("iframe")
        with self.window.context.expect_page() as opened:
            frame.locator(f"a[href*='/{link}#']").first.click()
        opened.value.wait_for_load_state()
        return opened.value


def curl(url: str, body: dict[str, Any], token: str = "") -> tuple[int, dict[str, Any]]:
    """What a program's curl gets: the status, and the answer."""
    headers = ["-H", f"Authorization: Bearer {token}", "-H", f"Idempotency-Key: {uuid4()}"] if token else []
    command = ["curl", "-sk", "-w", "\n%{http_code}", url, *headers, "--json", json.dumps(body)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    text, _, status = answer.rpartition("\n")
    return int(status), json.loads(text)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_accounts_whole_story(system: System, open_window: OpenPage, language: str) -> None:
    words = WORDS[language]
    visitor, mailbox = open_window(language), Mailbox(open_window("en"), system)
    page, name = visitor.page, visitor.sign_up()

    # The confirmation, clicked in the mailbox that is shown.
    mailbox.show(name, link="confirm-email")
    confirming = mailbox.click("confirm-email")
    confirming.click("#submit")
    expect(confirming.locator(".message-success")).to_contain_text(f"{name}@example.com")
    confirming.close()
    visitor.open("/security")
    expect(page.locator("#email-resend")).to_have_count(0)

    # A trade, and its mail.
    visitor.open("/settings/notifications")
    page.select_option("[name=gather_s]", "0")
    page.click("#preferences-submit")
    page.wait_for_selector(".message-success")
    visitor.top_up("5000")
    order = visitor.trade("AAPL", "buy", "1")
    mailbox.show(name, words["filled"])
    frame = mailbox.page.frame_locator("iframe")
    expect(frame.locator("h1").first).to_be_visible()
    expect(frame.locator(f"a[href$='{order}']")).to_have_count(1)

    # A forgotten password, set anew from another browser: the old session ends.
    elsewhere = open_window(language, user_agent=ELSEWHERE)
    elsewhere.open("/forgot-password")
    elsewhere.page.fill("[name=email]", f"{name}@example.com")
    elsewhere.page.click("#submit")
    expect(elsewhere.page.locator("#mailed")).to_be_visible()
    mailbox.show(name, link="reset-password")
    link = mailbox.page.frame_locator("iframe").locator("a[href*='/reset-password#']").first
    elsewhere.open((link.get_attribute("href") or "").removeprefix(system.url))
    elsewhere.page.fill("[name=new_password]", NEW)
    elsewhere.page.click("#submit")
    elsewhere.page.wait_for_url("**/sign-in")
    for password, goes_to in ((PASSWORD, ""), (NEW, "**/portfolio")):
        elsewhere.page.fill("[name=username]", name)
        elsewhere.page.fill("[name=password]", password)
        elsewhere.page.click("#submit")
        if goes_to:
            elsewhere.page.wait_for_url(goes_to)
        else:
            expect(elsewhere.page.locator(".problem, .error, [role=alert]").first).to_be_visible()
    visitor.open("/portfolio")
    page.wait_for_url(re.compile("/sign-in"))

    # That browser was not known: its owner is told, here and by mail.
    elsewhere.open("/notifications")
    elsewhere.reload_until(f".news-item:has-text('{words['device']}')")
    told = elsewhere.page.locator(".news-item", has_text=words["device"])
    expect(told).to_contain_text("Firefox")
    expect(told).to_contain_text("Windows")
    mailbox.show(name, words["device"])

    # A key for a program, which trades by curl until the key is revoked.
    elsewhere.open("/security/api-keys")
    elsewhere.page.fill("[name=name]", "curl")
    elsewhere.page.select_option("[name=may]", "trade")
    elsewhere.page.click("#api-key-submit")
    key = elsewhere.page.locator("#new-key").inner_text()
    exchange = f"{system.url}/api/v1/auth/token/api-key"
    status, tokens = curl(exchange, {"api_key": key})
    assert status == 200, tokens
    wanted = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1}
    status, placed = curl(f"{system.url}/api/v1/orders", wanted, tokens["access"])
    assert status == 201, placed
    elsewhere.open(f"/orders/{placed['id']}")
    elsewhere.page.wait_for_selector("#order [data-status=filled]")
    elsewhere.open("/security/api-keys")
    elsewhere.page.locator("#keys button").first.click()
    expect(elsewhere.page.locator(".message-success")).to_be_visible()
    status, refused = curl(exchange, {"api_key": key})
    assert (status, refused["code"]) == (401, "api_key_invalid")
    wait(lambda: curl(f"{system.url}/api/v1/orders", wanted, tokens["access"])[0] == 401, "it still trades")
    assert visitor.complaints == []
    assert elsewhere.complaints == []
