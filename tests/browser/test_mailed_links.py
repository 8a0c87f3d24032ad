"""Confirming an address, and a forgotten password: from the mailbox to the end of the old session."""

from __future__ import annotations

import re
from html import unescape

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, OpenPage
from tests.e2e.mailbox import mailed_token
from tests.e2e.people import wait
from tests.e2e.test_operators import sign_in
from tests.system import System

NEW = "another-horse-8-staple"
MAILS = "/admin/notifications/transports/mail/"


def link_in_the_mailbox(system: System, email: str, page: str) -> str:
    """The link as an operator sees it in the mail of somebody."""
    operator = system.settings_of("operator")
    browser, _ = sign_in(system, operator["BIRZHA_OPERATOR_USERNAME"], operator["BIRZHA_OPERATOR_PASSWORD"])

    def link() -> str:
        for number in re.findall(rf'href="{MAILS}(\d+)/change/', browser.get(MAILS).text):
            mail = unescape(browser.get(f"{MAILS}{number}/change/").text)
            if email in mail and (found := re.search(rf'href="([^"]+/{page}#[^"]+)"', mail)):
                return found[1]
        return ""

    return str(wait(link, f"the mailbox shows no link to {page} for {email}"))


def test_an_address_is_confirmed_and_a_forgotten_password_set_anew(
    system: System, open_window: OpenPage
) -> None:
    visitor = open_window("en")
    page, name = visitor.page, visitor.join()
    email = f"{name}@example.com"
    visitor.open("/security")
    expect(page.locator("#email-state")).to_contain_text("not confirmed")

    visitor.open(link_in_the_mailbox(system, email, "confirm-email"))
    assert "#" not in page.url  # it is out of the address, and of what goes back to it
    expect(page.locator("[name=token]")).to_be_hidden()
    page.click("#submit")
    page.wait_for_url("**/security")
    expect(page.locator(".message-success")).to_contain_text(email)
    expect(page.locator("#email-resend")).to_have_count(0)

    elsewhere = open_window("ru")
    elsewhere.open("/sign-in")
    elsewhere.page.click("a[href='/forgot-password']")
    elsewhere.page.wait_for_url("**/forgot-password")
    elsewhere.page.fill("[name=email]", email)
    elsewhere.page.click("#submit")
    expect(elsewhere.page.locator("#mailed")).to_contain_text(email)
    token = mailed_token(system, email, "reset-password")
    elsewhere.open(f"/reset-password#{token}")
    elsewhere.page.fill("[name=new_password]", "short")
    elsewhere.page.click("#submit")
    expect(elsewhere.page.locator(".error")).to_be_visible()
    expect(elsewhere.page.locator("[name=token]")).to_be_hidden()
    elsewhere.page.fill("[name=new_password]", NEW)
    elsewhere.page.click("#submit")
    elsewhere.page.wait_for_url("**/sign-in")
    expect(elsewhere.page.locator(".message-success")).to_be_visible()
    elsewhere.page.fill("[name=username]", name)
    elsewhere.page.fill("[name=password]", NEW)
    elsewhere.page.click("#submit")
    elsewhere.page.wait_for_url("**/portfolio")

    visitor.open("/portfolio")  # the old session has ended
    page.wait_for_url(re.compile("/sign-in"))
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("#submit")
    expect(page.locator(".problem, .error, [role=alert]").first).to_be_visible()
    assert visitor.complaints == []
    assert elsewhere.complaints == []
