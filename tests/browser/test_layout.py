"""Small windows hide no warning, a page has one price, and no font is loaded in vain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, TABLET, OpenPage, Visitor
from tests.system import System


@contextmanager
def halted(system: System, ticker: str) -> Iterator[None]:
    """As an operator does it."""

    def change(name: str) -> None:
        code = (
            "from market_service.instruments import models, services;"
            f"services.{name}(instrument_id=models.Instrument.objects.get(ticker={ticker!r}).id)"
        )
        system.run("market_service.manage", "shell", "-v0", "-c", code).check_returncode()

    change("instrument_halt")
    try:
        yield
    finally:
        change("instrument_open")


def test_a_phone_shows_what_is_halted(customer: tuple[Visitor, str], system: System) -> None:
    visitor, _ = customer
    page = visitor.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.review("BZIDX", "buy", "2")
    page.wait_for_selector("#live[data-state=open]")
    expect(page.locator("#halted")).to_have_count(0)
    with halted(system, "BZIDX"):
        expect(page.locator("#halted")).to_be_visible()  # the stream of its book says so
        expect(page.locator(".detail-head .pill").first).to_be_visible()
        expect(page.locator("#blocked-reason")).to_be_visible()  # also in a review that was open before
        expect(page.locator("#place")).to_have_count(0)
        visitor.open("/?search=BZIDX")
        visitor.reload_until(
            "#instruments tbody tr .narrow-only .pill-warning"
        )  # lists are kept for a moment
        for pill in page.locator("#instruments tbody tr .narrow-only .pill").all():
            expect(pill).to_be_visible()
        visitor.open("/instruments/BZIDX?side=buy")
        expect(page.locator("#blocked-reason")).to_be_visible()
        expect(page.locator("#review")).to_have_count(0)
    expect(page.locator("#review")).to_be_visible()  # by itself, too
    expect(page.locator("#blocked-reason")).to_have_count(0)


def test_the_price_of_a_trade_stands_in_its_row_however_wide_it_is(customer: tuple[Visitor, str]) -> None:
    visitor, order = customer
    page = visitor.page
    visitor.open(order)
    price = page.inner_text("#order tbody tr td:nth-child(3)").split("\n")[0]
    visitor.open("/history?type=buy")
    for size in (PHONE, TABLET, {"width": 1100, "height": 800}, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        shown = page.locator("#operations tbody tr").last.get_by_text(price)
        assert [text.is_visible() for text in shown.all()].count(True) == 1, size


#: Whether the ticket is at the price of the page, once that is another one than it was.
SAME = """before => {
    const price = document.querySelector("#quote .live-price").textContent;
    return price !== before && document.querySelector("#estimate dd.sub").textContent.includes(price);
}"""
#: Collects the frames in which a position is not worth what the price of the page says.
WORTH = """window.apart = [];
const cents = part => Number(document.querySelector(part).textContent.replace(/\\D/g, ""));
const look = () => {
    const [price, worth] = [cents("#quote .live-price"), cents("#position .live-value")];
    if (worth !== price * document.getElementById("position").dataset.quantity) apart.push([price, worth]);
    requestAnimationFrame(look);
};
look();"""
#: Collects which parts ask for something by their clock.
BY_CLOCK = """window.byClock = [];
document.addEventListener("htmx:beforeSend", ({detail: {elt, requestConfig}}) => {
    if (!requestConfig.triggeringEvent) byClock.push(elt.id);
});"""


def test_a_page_has_one_price_and_asks_for_it_no_more(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.add_init_script(BY_CLOCK)
    visitor.open("/instruments/AAPL?side=buy&quantity=2")
    page.wait_for_selector("#book[data-heard]")
    page.evaluate("byClock.length = 0")
    before = page.get_attribute("#estimate time", "datetime")
    price = page.text_content("#quote .live-price")
    page.evaluate(WORTH)
    page.wait_for_function(SAME, arg=price)
    page.wait_for_function(  # what it would cost follows, too
        "before => document.querySelector('#estimate time').dateTime !== before", arg=before
    )
    expect(page.locator("#quantity")).to_have_value("2")
    page.click("#review")
    page.wait_for_selector("#place")
    reviewed = page.inner_text("#ticket dl")
    expect(page.locator("#price-moved")).to_be_hidden()
    expect(page.locator("#price-moved")).to_be_visible()  # after a tick
    assert page.inner_text("#ticket dl") == reviewed
    assert page.evaluate("apart") == []
    page.click("#review-again")
    expect(page.locator("#price-moved")).to_be_hidden()
    assert page.inner_text("#ticket dl") != reviewed
    followed = {"quote", "book", "estimate", "position"}
    assert followed.isdisjoint(page.evaluate("byClock"))


def test_the_portfolio_follows_the_market_under_the_hand(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    visitor.open("/portfolio")
    expect(page.locator("#live")).to_have_attribute("data-state", "open")
    page.focus("#position-AAPL")
    worth = page.text_content("#holdings tbody tr")
    total = page.text_content("#total")
    moved = "([id, before]) => document.querySelector(id).textContent !== before"
    page.wait_for_function(moved, arg=["#holdings tbody tr", worth])
    page.wait_for_function(moved, arg=["#total", total])
    expect(page.locator("#position-AAPL")).to_be_focused()


def test_no_font_is_loaded_that_the_language_does_not_need(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    fonts: set[str] = set()
    visitor.page.on("request", lambda asked: fonts.update({asked.url} if ".woff2" in asked.url else ()))
    for path in ("/", "/instruments/AAPL", "/sign-in", "/help"):
        visitor.open(path)
        visitor.page.evaluate("document.fonts.ready.then(() => null)")
    needed = {"latin"} | ({"cyrillic"} if language == "ru" else set())
    assert {name for name in ("latin", "cyrillic") for url in fonts if f"inter-{name}-" in url} == needed
    assert len(fonts) == len(needed), "each from one address"


def test_a_field_that_is_refused_stays_red_under_the_hand(open_window: OpenPage, language: str) -> None:
    page = open_window(language).page
    page.goto("/sign-in")
    page.click("#submit")
    field = page.locator("[aria-invalid=true]").first
    field.focus()
    red = page.locator(".field .error").first.evaluate("error => getComputedStyle(error).color")
    assert field.evaluate("field => getComputedStyle(field).borderColor") == red
