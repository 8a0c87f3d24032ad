"""`make screenshots`: every page in both languages, as each of `VIEWS` shows it, to be looked at.

Of the system that `make test ONLY=...` keeps, into `.screenshots/`: a folder per language and view, and
beside it a sheet of all its pictures. `LANGUAGE=ru` and `VIEW=forced` take a part of them: those of the
language, and of the views with that in their names. Nothing is compared: what is ugly, only a person sees.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from compose.local import reused_systems
from compose.local.paths import ROOT, Home, reused_homes
from tests.browser.chromium import NONE, find_executable
from tests.browser.conftest import FLAGS, Visitor
from tests.browser.test_every_page import OPEN, PRIVATE
from tests.e2e.people import wait

FOLDER = ROOT / ".screenshots"
LANGUAGES = {"en": "en-US", "ru": "ru-RU"}


class View(NamedTuple):
    """A window in CSS pixels, what the device asks for, and the browser's size of text in per cent."""

    width: int
    height: int
    theme: Literal["light", "dark"] = "light"
    forced_colors: Literal["active", "none"] = "none"
    text: int = 100


VIEWS = {
    "light-360": View(360, 740), "light-768": View(768, 1024), "light-1280": View(1280, 800),
    "dark-360": View(360, 740, "dark"), "dark-768": View(768, 1024, "dark"),
    "dark-1280": View(1280, 800, "dark"), "forced-light": View(1280, 800, forced_colors="active"),
    "forced-dark": View(1280, 800, "dark", "active"), "text-200": View(1280, 800, text=200),
    "zoom-400": View(320, 256), "forced-360": View(360, 740, "dark", "active"),
}  # fmt: skip
#: In a window of at most this height, with text of its usual size, nothing stays at its edge (25rem).
LOW = 400
#: An order with a limit, that waits, as its ticket is filled in.
LIMIT = "/instruments/BZB5?type=limit&side=buy&quantity=3&limit_price=940"
#: Pixels of a sheet: its width, a picture's, and how much of a long one is shown.
SHEET, COLUMN, TALLEST = 2000, 390, 1400


def main(arguments: list[str]) -> int:
    """Take all of them, of the kept system or of one that runs in the folder that is named; returns 0."""
    if arguments:
        home = Home.at(Path(arguments[0]))
    else:
        home = reused_homes()[1]
        reused_systems.system_up(home)
    executable = find_executable()
    if not executable:
        sys.exit(NONE)
    languages = [language for language in LANGUAGES if os.environ.get("LANGUAGE", "") in ("", language)]
    views = [name for name in VIEWS if os.environ.get("VIEW", "") in name]
    shutil.rmtree(FOLDER, ignore_errors=True)
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        for text, language in product(sorted({VIEWS[view].text for view in views}), languages):
            own = [f"--blink-settings=defaultFontSize={16 * text // 100}", f"--lang={LANGUAGES[language]}"]
            browser = playwright.chromium.launch(executable_path=executable, args=[*flags, *own])
            _take(browser, home, language, [view for view in views if VIEWS[view].text == text])
            browser.close()
    print(f"  {len(list(FOLDER.glob('*/*.png')))} pictures and their sheets are in {FOLDER}")
    return 0


def _take(browser: Browser, home: Home, language: str, views: list[str]) -> None:
    """The pages of a stranger, then those of a customer who has a bit of everything."""
    customer, stranger = (_visitor(browser, home, language) for _ in range(2))
    filled, waiting = _use(customer)
    own = [path.replace("ORDER", filled) for path in PRIVATE] + [
        "/?watched=yes", "/settings", waiting, f"{waiting}/replace", LIMIT, f"{LIMIT}&step=review",
    ]  # fmt: skip
    pages = [(stranger, path, "") for path in OPEN] + [(customer, path, "own-") for path in own]
    for view in views:
        folder = FOLDER / f"{language}-{view}"
        folder.mkdir(parents=True)
        for number, (visitor, path, prefix) in enumerate(pages):
            _open(visitor, path, VIEWS[view])
            name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:40] or "market"
            visitor.page.screenshot(path=folder / f"{number:02}-{prefix}{name}.png", full_page=True)
        _sheet(folder)
    for visitor in (customer, stranger):
        visitor.context.close()


def _use(customer: Visitor) -> tuple[str, str]:
    """Have a bit of everything, such as an alert; the paths of a filled order and of one that waits."""
    page = customer.page
    customer.sign_up()
    customer.top_up("25000")
    page.fill("#withdraw [name=amount]", "500")
    page.click("#withdraw-submit")
    page.wait_for_selector(".message-success:has-text('500')")
    customer.trade("MSFT", "buy", "3")
    customer.trade("MSFT", "sell", "3")
    customer.trade("AAPL", "buy", "12")
    order = customer.trade("AAPL", "sell", "4")
    customer.open(LIMIT)
    page.click("#review")
    page.click("#place")
    page.wait_for_url("**/orders/*")
    waiting = urlsplit(page.url).path
    customer.open("/alerts")
    page.fill("#alert [name=ticker]", "GOOG")
    page.fill("#alert [name=price]", "900")
    page.click("#alert-submit")
    page.wait_for_selector(".news-item")
    customer.open("/")
    for star in page.locator(".star").all()[:2]:
        star.click()
    page.wait_for_selector("[aria-pressed=true]")
    return order, waiting


def _open(visitor: Visitor, path: str, view: View) -> None:
    """Open a page, in a window as high as it where something stays at the window's edge (birzha.css)."""
    page = visitor.page
    page.set_viewport_size({"width": view.width, "height": view.height})
    page.emulate_media(color_scheme=view.theme, forced_colors=view.forced_colors)
    _ask(visitor, path)
    if page.locator(".price-chart").count():
        page.wait_for_selector(".chart-values b")  # it is drawn by then
    if view.height > LOW * view.text // 100:
        height = int(page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": view.width, "height": max(height, view.height)})


def _ask(visitor: Visitor, path: str) -> None:
    """Open a page; again while the gateway has nobody who makes pages, as when one of them starts anew."""

    def there() -> bool:
        response = visitor.page.goto(path, wait_until="load")
        is_page = visitor.page.locator("#main").count() == 1
        return is_page or response is None or response.status != 503

    wait(there, f"{path} is not there")
    visitor.page.wait_for_function("window.htmx !== undefined")


def _visitor(browser: Browser, home: Home, language: str) -> Visitor:
    context = browser.new_context(
        base_url=home.read_state()["url"], locale=LANGUAGES[language], reduced_motion="reduce"
    )
    return Visitor(context, home.read_state()["url"])


def _sheet(folder: Path) -> None:
    """All pictures of a folder in columns, each as wide as a column, long ones cut off."""
    columns = SHEET // COLUMN
    heights, placed = [0] * columns, []
    for file in sorted(folder.glob("*.png")):
        picture = Image.open(file).convert("RGB")
        picture = picture.resize((COLUMN - 10, round(picture.height * (COLUMN - 10) / picture.width)))
        picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
        column = heights.index(min(heights))
        placed.append((picture, column * COLUMN, heights[column]))
        heights[column] += picture.height + 10
    sheet = Image.new("RGB", (SHEET, max(heights)), "#888")
    for picture, x, y in placed:
        sheet.paste(picture, (x, y))
    sheet.save(FOLDER / f"{folder.name}.png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
