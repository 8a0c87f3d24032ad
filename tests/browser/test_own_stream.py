"""Orders that move on an open page by the stream, without being asked for; one stream for all windows."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.browser.conftest import OpenPage, Visitor
from tests.e2e.people import Person
from tests.system import System

STREAM = re.compile(r"/stream\?owner=")
SAID = {
    "en": {"open": "Updates automatically", "broken": "No live updates. Looking every few seconds…"},
    "ru": {
        "open": "Обновляется автоматически",
        "broken": "Обновления не приходят сами. Проверяем каждые несколько секунд…",
    },
}
#: Milliseconds for which a page is left alone: many of its looks, and less than the silence of a stream.
ALONE_MS = 30_000

#: The looks that a part takes by its clock: neither its first one, nor because the stream told of something.
BY_CLOCK = """
    const looked = new WeakSet();
    window.byClock = [];
    document.addEventListener("htmx:beforeSend", ({detail: {elt, requestConfig}}) => {
        if (!elt.dataset.follows) return;
        if (looked.has(elt) && !requestConfig.triggeringEvent) byClock.push(requestConfig.path);
        looked.add(elt);
    });"""


@pytest.fixture
def person(system: System) -> Person:
    """Somebody with cash, who also trades by the API."""
    made = Person(system.url)
    made.deposit("5000.00")
    return made


def place(person: Person, **terms: object) -> str:
    """Place an order by the API, by default one that rests for long; its page."""
    body = {
        "ticker": "MSFT", "side": "buy", "type": "limit", "quantity": 1, "time_in_force": "gtc",
        "limit_price": f"{float(person.get('/instruments/MSFT')['price']) * 0.9:.2f}", **terms,
    }  # fmt: skip
    answer = person.post("/orders", body, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    return f"/orders/{answer.json()['id']}"


def sign_in(visitor: Visitor, person: Person) -> None:
    visitor.open("/sign-in")
    visitor.page.fill("[name=username]", person.name)
    visitor.page.fill("[name=password]", person.password)
    visitor.page.click("#submit")
    visitor.page.wait_for_url(lambda url: urlsplit(url).path != "/sign-in")


def asked(where: Page | BrowserContext, path: str) -> list[str]:
    """The addresses below a path that are asked for from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path.startswith(path):
            found.append(request.url)

    where.on("request", note)
    return found


def test_an_order_moves_without_being_asked_for(open_window: OpenPage, language: str, person: Person) -> None:
    order = place(person)
    visitor = open_window(language)
    sign_in(visitor, person)
    visitor.page.clock.install()
    visitor.page.add_init_script(BY_CLOCK)
    visitor.open(order)
    expect(visitor.page.locator("#own-live")).to_have_text(SAID[language]["open"])
    expect(visitor.page.locator("#order")).to_contain_text(re.compile("Waiting in the book|в стакане"))
    visitor.page.evaluate("byClock.length = 0")
    for _ in range(2):
        visitor.page.clock.run_for(ALONE_MS // 2)
        expect(visitor.page.locator("[data-follows].htmx-request")).to_have_count(0)
    assert visitor.page.evaluate("byClock") == []
    assert person.post(f"{order}/cancel").status_code == 202
    visitor.page.wait_for_selector("#order [data-status=canceled]")
    expect(visitor.page.locator("#unread")).not_to_be_empty()
    assert visitor.complaints == []


def test_the_list_shows_what_is_placed_elsewhere(open_window: OpenPage, person: Person) -> None:
    visitor = open_window("en")
    sign_in(visitor, person)
    visitor.open("/orders")
    expect(visitor.page.locator("#own-live")).to_have_text(SAID["en"]["open"])
    place(person)
    expect(visitor.page.locator(".orders-open .row-link")).to_have_count(1)
    assert person.post("/orders/cancel-all", {}).status_code == 202
    expect(visitor.page.locator(".orders-ended .row-link")).to_have_count(1)


def test_a_broken_stream_says_so_asks_meanwhile_and_recovers(
    open_window: OpenPage, language: str, person: Person
) -> None:
    order = place(person)
    visitor = open_window(language)
    sign_in(visitor, person)
    visitor.context.route(STREAM, lambda route: route.abort())
    visitor.open(order)
    expect(visitor.page.locator("#own-live")).to_have_text(SAID[language]["broken"])
    with visitor.page.expect_request(re.compile(f"{order}\\?seen=")):
        pass
    visitor.context.unroute(STREAM)
    expect(visitor.page.locator("#own-live")).to_have_text(SAID[language]["open"])


def test_a_page_of_the_first_account_hears_nothing_of_the_second(
    open_window: OpenPage, system: System, person: Person
) -> None:
    order = place(person)
    visitor = open_window("en")
    sign_in(visitor, person)
    visitor.open(order)
    expect(visitor.page.locator("#own-live")).to_have_text(SAID["en"]["open"])
    firsts, second = visitor.page, Person(system.url)
    looks = re.compile(f"{order}\\?seen=")
    firsts.route(looks, lambda route: route.abort())  # so that it asks nothing while nobody is signed in
    visitor.page = visitor.window()
    visitor.open("/")
    visitor.page.click("details.menu summary")
    visitor.page.click("#sign-out")
    visitor.page.wait_for_selector("text=Sign up")
    sign_in(visitor, second)
    expect(firsts.locator("#own-live")).to_have_text(SAID["en"]["broken"])
    firsts.unroute(looks)
    firsts.wait_for_selector("text=You are signed in as")


def test_many_windows_share_a_stream_and_pages_still_load(open_window: OpenPage, person: Person) -> None:
    visitor = open_window("en")
    sign_in(visitor, person)
    order = place(person)
    visitor.open("/orders")
    expect(visitor.page.locator("#own-live")).to_have_text(SAID["en"]["open"])
    streams = asked(visitor.context, "/stream")
    prices = asked(visitor.context, "/api/v1/quotes/stream")
    windows = [visitor.window() for _ in range(8)]
    for number, window in enumerate(windows):
        window.goto(order if number % 2 else f"/instruments/{('AAPL', 'MSFT', 'IBM', 'BZIDX')[number // 2]}")
    for window in windows[1::2]:
        expect(window.locator("#own-live")).to_have_text(SAID["en"]["open"])
    assert streams == []  # the window that was there before has it, and tells the others
    assert len(prices) <= 3
    visitor.open("/portfolio")
    assert person.post(f"{order}/cancel").status_code == 202
    for window in windows[1::2]:
        window.wait_for_selector("#order [data-status=canceled]")


@pytest.mark.parametrize("under_way", [False, True])
def test_what_is_pressed_goes_before_a_look(open_window: OpenPage, person: Person, under_way: bool) -> None:
    """One that has news would take the pressed form away: one that is under way, or that begins meanwhile."""
    visitor = open_window()
    sign_in(visitor, person)
    page = visitor.page
    place(person)
    visitor.open("/orders")
    cancel = page.locator(".orders-open form button")
    expect(cancel).to_have_count(1)
    kept: list[Route] = []
    if under_way:
        page.route("**seen=*", lambda route: kept.append(route))
        place(person)
        while not kept:
            page.wait_for_timeout(20)
    settled = "new Promise(done => [addEventListener('htmx:afterSettle', done), setTimeout(done, 2000)])"

    def answer_late(route: Route) -> None:
        if not under_way:
            place(person)
        for look in kept:
            look.continue_()
        page.evaluate(settled)
        route.continue_()

    page.route("**/cancel", answer_late)
    with page.expect_response(lambda answer: answer.url.endswith("/cancel")):
        cancel.click()
    expect(page.locator("#status")).to_contain_text("Cancellation of 1 order was requested.")
    page.unroute("**seen=*")
    expect(cancel).to_have_count(1)  # the other one's
    assert visitor.complaints == []


def test_what_an_answer_says_is_shown_though_what_was_pressed_is_gone(
    open_window: OpenPage, person: Person
) -> None:
    visitor = open_window()
    sign_in(visitor, person)
    page = visitor.page
    place(person)
    visitor.open("/orders")

    def answer_to_none(route: Route) -> None:
        page.evaluate("document.querySelector('.orders-open').remove()")
        route.continue_()

    page.route("**/cancel", answer_to_none)
    page.locator(".orders-open form button").click()
    expect(page.locator("#status")).to_contain_text("Cancellation of 1 order was requested.")
