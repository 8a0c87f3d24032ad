"""`make pictures`: the README's pictures, taken of the system that `make test ONLY=...` keeps.

A search that becomes an order and is filled, as a moving picture; stills of an instrument, of a phone, of
the dark theme in Russian and of the back office.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from compose.local import environment, reused_systems
from compose.local.paths import ROOT, Home
from tests.browser.chromium import find_executable
from tests.browser.conftest import FLAGS, PHONE, Visitor

FOLDER = ROOT / "docs" / "images"
WINDOW = {"width": 1040, "height": 880}
#: Milliseconds that a frame stays: while something is typed, and when there is something to read.
TYPED, READ = 180, 1500
COLOURS = 128


def main() -> int:
    """Take all of them; returns 0."""
    home = reused_systems.reused_homes()[1]
    reused_systems.system_up(home)
    executable = find_executable()
    if not executable:
        sys.exit("There is no Chromium: install it, or set BIRZHA_CHROMIUM.")
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        _story(visitor(browser, home, WINDOW))
        _stills(browser, home)
        browser.close()
    return 0


def visitor(
    browser: Browser, home: Home, viewport: dict[str, int], *, scheme: str = "light", locale: str = "en-US"
) -> Visitor:
    """Somebody new with a window of this size."""
    context = browser.new_context(
        base_url=home.read_state()["url"],
        locale=locale,
        viewport=viewport,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    return Visitor(context, home.read_state()["url"])


def _story(somebody: Visitor) -> None:
    """Search → instrument → review → place → filled."""
    page, frames = somebody.page, list[tuple[Image.Image, int]]()

    def take(milliseconds: int) -> None:
        frames.append((_picture(page), milliseconds))

    somebody.sign_up(f"anna-{secrets.token_hex(2)}")
    somebody.top_up("5000")
    somebody.open("/")
    take(READ)
    page.click("#search")
    for letter in "apple":
        page.keyboard.type(letter)
        page.wait_for_timeout(60)
        take(TYPED)
    page.wait_for_url("**/?search=apple")
    take(READ)
    page.click("#instruments tbody tr a")
    page.wait_for_url("**/instruments/AAPL*")
    page.wait_for_selector("#quantity")
    take(READ)
    page.fill("#quantity", "4")
    page.wait_for_timeout(700)
    take(READ)
    page.click("#review")
    page.wait_for_selector("#place")
    take(READ)
    page.click("#place")
    page.wait_for_url("**/orders/*")
    take(TYPED)
    page.wait_for_selector("#order [data-status=filled]")
    page.wait_for_timeout(300)
    take(2 * READ)
    first, *rest = [frame for frame, _ in frames]
    first.save(
        FOLDER / "buy.webp", save_all=True, append_images=rest, duration=[ms for _, ms in frames], loop=0,
        quality=60, method=6,
    )  # fmt: skip
    somebody.context.close()


def _stills(browser: Browser, home: Home) -> None:
    desk = visitor(browser, home, {"width": 1280, "height": 960})
    desk.sign_up(f"anna-{secrets.token_hex(2)}")
    desk.top_up("25000")
    for ticker, side, quantity in (("GOOG", "buy", "5"), ("MSFT", "buy", "40"), ("AAPL", "buy", "12")):
        desk.trade(ticker, side, quantity)
    desk.open("/instruments/AAPL?side=buy&quantity=3")
    desk.page.wait_for_selector(".chart-values b")
    desk.page.wait_for_selector("#review:enabled")
    _save(desk.page, "instrument.png")
    desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.open("/portfolio")
    _save(desk.page, "phone.png")
    dark = visitor(browser, home, {"width": 1000, "height": 640}, scheme="dark", locale="ru-RU")
    dark.open("/")
    _save(dark.page, "dark.png")
    operator = environment.read(home, "operator")
    admin = visitor(browser, home, {"width": 1280, "height": 720})
    admin.page.goto("/admin/users/")
    admin.page.fill("[name=username]", operator["BIRZHA_OPERATOR_USERNAME"])
    admin.page.fill("[name=password]", operator["BIRZHA_OPERATOR_PASSWORD"])
    admin.page.press("[name=password]", "Enter")
    admin.page.wait_for_load_state()
    admin.page.goto("/admin/trading/orders/order/")
    _save(admin.page, "admin.png")
    for each in (desk, dark, admin):
        each.context.close()


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _save(page: Page, name: str) -> None:
    target: Path = FOLDER / name
    _picture(page).quantize(COLOURS).save(target, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
