"""Real Chromium in front of the real system; what it says on its console counts as failure."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.chromium import NONE, find_executable
from tests.e2e.people import wait
from tests.system import System
from tests.tls.window import Window

FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: Milliseconds after which something on a page counts as never happening; a busy machine takes long.
ACTION_TIMEOUT_MS = 60_000
expect.set_options(timeout=ACTION_TIMEOUT_MS)
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
PASSWORD = "correct-horse-7-staple"
#: The size of a small phone, of an upright tablet and of a desk.
PHONE, TABLET = {"width": 360, "height": 740}, {"width": 768, "height": 1024}
DESK = {"width": 1280, "height": 800}

#: Collects what moves, how much of the window that is (web.dev/articles/cls), and what it is.
COLLECT_SHIFTS = """window.shifts = [];
new PerformanceObserver(list => list.getEntries().forEach(({ value, hadRecentInput, sources }) => {
    const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.textContent?.slice(0, 40));
    if (!hadRecentInput) window.shifts.push([value, moved]);
})).observe({ type: "layout-shift", buffered: true });"""
#: Two frames after the fonts are there everything that has moved is known.
SHIFTS = """document.fonts.ready.then(() => new Promise(found => requestAnimationFrame(() =>
    requestAnimationFrame(() => setTimeout(() => found(window.shifts))))))"""
#: What axe-core looks at; what it finds good it need not describe.
AXE_OPTIONS: dict[str, Any] = {"resultTypes": ["violations"]}
#: Its rules for which another theme is another page.
OF_COLOURS = ("color-contrast", "link-in-text-block")

OpenPage = Callable[..., "Visitor"]


class Visitor:
    """One browser window: a fresh profile in one language, and what its console complained about.

    Attributes:
        page: playwright's page; relative addresses are the system's.
        url: the system's.
        complaints: errors, warnings and CSP violations so far.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        context.set_default_timeout(ACTION_TIMEOUT_MS)
        context.add_init_script(COLLECT_SHIFTS)
        self.complaints: list[str] = []
        self.page = self.window()
        self.sizes: CDPSession | None = None

    def window(self) -> Page:
        """One more window of the same person."""
        page = self.context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        # Chromium itself logs every 4xx; the pages answer wrong input with 422 and strangers with 404.
        # htmx says that a request ended without answer, and then why: a newer one in its place is no fault.
        expected = ("status of 422", "status of 404", "status of 403", "htmx:afterRequest", "htmx:sendAbort")
        if message.type in ("error", "warning") and not any(text in message.text for text in expected):
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def reload_until(self, selector: str, *, number: int = 1) -> None:
        """Load the page again until it has so many of these: what other services tell of comes later."""

        def there() -> bool:
            if self.page.locator(selector).count() >= number:
                return True
            self.page.wait_for_timeout(200)
            self.page.reload()
            return False

        wait(there, f"{self.page.url} does not show {number} × {selector}")

    def open(self, path: str) -> None:
        """Go to a page and wait until what it loads by itself is there.

        The page of before may go somewhere itself at that moment, as to the sign-in: then once more.
        """
        try:
            self.page.goto(path, wait_until="load")
        except Error as error:
            if "interrupted by another navigation" not in error.message:
                raise
            self.page.wait_for_load_state()
            self.page.goto(path, wait_until="load")
        self.page.wait_for_function("window.htmx !== undefined")

    def join(self, cash: str = "") -> str:
        """Become a new customer, with cash if it is to be: without a window, in which it takes seconds.

        Returns:
            The name.
        """
        name = f"browser-{secrets.token_hex(5)}"
        person = Window(self.url, language=self.page.evaluate("navigator.language"))
        person.open("/sign-up")
        person.done("/sign-up", username=name, email=f"{name}@example.com", password=PASSWORD)
        if cash:
            wait(lambda: person.tops_up(cash, "message-success"), "the top-up is not booked")
        self.context.add_cookies(
            [
                {"name": cookie.name, "value": str(cookie.value), "url": self.url}
                for cookie in person.http.cookies.jar
            ]
        )
        return name

    def sign_up(self, name: str = "") -> str:
        """Become a new customer by the form; returns the name, a new one where none is given."""
        name = name or f"browser-{secrets.token_hex(5)}"
        self.open("/sign-up")
        self.page.fill("[name=username]", name)
        self.page.fill("[name=email]", f"{name}@example.com")
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("#submit")
        self.page.wait_for_url("**/portfolio")
        return name

    def top_up(self, amount: str) -> None:
        """Top up by the form and wait for the word that it is booked."""
        self.open("/cash")
        self.page.wait_for_selector("#available")
        self.page.fill("#top-up-amount", amount)
        self.page.click("#top-up-submit")
        self.page.wait_for_selector(".message-success")

    def review(self, ticker: str, side: str, quantity: str) -> None:
        """Fill the ticket in and come to the last step before the order, whose heading then has the focus."""
        self.open(f"/instruments/{ticker}?side={side}")
        self.page.fill("#quantity", quantity)
        self.page.click("#review")
        self.page.wait_for_selector("#place")
        self.page.wait_for_selector("#ticket-title:focus")

    def trade(self, ticker: str, side: str, quantity: str) -> str:
        """Place an order and watch the page until it says by itself that it is filled; returns its path."""
        self.review(ticker, side, quantity)
        self.page.click("#place")
        self.page.wait_for_url("**/orders/*")
        self.page.wait_for_selector("#order [data-status=filled]")
        return str(self.page.evaluate("location.pathname"))

    def text_size(self, percent: int) -> None:
        """Set the browser's own size of text, which the pages' units follow, until it is set anew."""
        self.sizes = self.sizes or self.context.new_cdp_session(self.page)
        sizes = {"standard": 16 * percent // 100, "fixed": 13 * percent // 100}
        self.sizes.send("Page.setFontSizes", {"fontSizes": sizes})

    def sideways(self) -> int:
        """By how many pixels the page is wider than its window, or a card's content than its card."""
        script = """Math.max(...[document.documentElement, ...document.querySelectorAll('.card, .tile')]
            .map(box => box.scrollWidth - box.clientWidth))"""
        return int(self.page.evaluate(script))

    def moved(self) -> list[Any]:
        """What has moved by itself since the page was opened, and how much of the window that was."""
        shifts: list[Any] = self.page.evaluate(SHIFTS)
        return shifts

    def axe(self, part: str = "html", only: Sequence[str] = ()) -> list[str]:
        """What axe-core finds on the page, or that part of it, by all or only these rules, as lines."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(
            "([part, options]) => axe.run(part, options).then(result => result.violations)",
            [part, {**AXE_OPTIONS, **({"runOnly": list(only)} if only else {})}],
        )
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        ]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without one these tests are skipped, and say so."""
    executable = find_executable()
    if not executable:
        warnings.warn(NONE, stacklevel=1)
        pytest.skip(NONE)
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        yield browser
        browser.close()


@contextmanager
def windows(chromium: Browser, system: System) -> Iterator[OpenPage]:
    """``open_window("ru", viewport=PHONE)`` → a visitor of the system with a profile of their own.

    All are closed at the end: a page that stays open goes on asking for prices.
    """
    contexts: list[BrowserContext] = []

    def make(
        language: str = "en", *, viewport: dict[str, int] = DESK, scheme: str = "light", **more: Any
    ) -> Visitor:
        context = chromium.new_context(
            base_url=system.url,
            locale={"en": "en-US", "ru": "ru-RU"}[language],
            timezone_id="Europe/Belgrade",
            viewport=viewport,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            ignore_https_errors=True,
            reduced_motion="reduce",  # colours are looked at when they have arrived
            **more,
        )
        contexts.append(context)
        return Visitor(context, system.url)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_window(chromium: Browser, system: System) -> Iterator[OpenPage]:
    """Windows that are closed after the test."""
    with windows(chromium, system) as make:
        yield make


@pytest.fixture(scope="session", params=["en", "ru"])
def language(request: pytest.FixtureRequest) -> str:
    """Both languages of the pages."""
    return str(request.param)


@pytest.fixture(scope="session")
def signed_up_customer(chromium: Browser, system: System, language: str) -> Iterator[tuple[Visitor, str]]:
    """Somebody with money, a position and one filled order; and the path of that order."""
    with windows(chromium, system) as make:
        visitor = make(language)
        visitor.join("1000000")  # long numbers must fit a phone too
        yield visitor, visitor.trade("AAPL", "buy", "3")


@pytest.fixture
def customer(signed_up_customer: tuple[Visitor, str]) -> Iterator[tuple[Visitor, str]]:
    """The same one for all tests; between them their window is empty and as large as a desk, and its
    complaints are forgotten."""
    yield signed_up_customer
    visitor, _ = signed_up_customer
    visitor.page.set_viewport_size(DESK)  # type: ignore[arg-type]
    visitor.page.goto("about:blank")
    visitor.complaints.clear()
