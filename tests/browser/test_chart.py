"""The chart as a person uses it: drawn, another range, the values of the table; without JavaScript."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, TABLET, OpenPage, Visitor
from tests.browser.test_every_page import look
from tests.browser.test_settings import chosen

PAGE = "/instruments/AAPL"
#: The pixels of each canvas of the chart, of copies: the library's own are not made to be read.
PIXELS = """const pixels = [...document.querySelectorAll('#chart canvas')].map((canvas) => {
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const drawing = copy.getContext('2d', { willReadFrequently: true });
    drawing.drawImage(canvas, 0, 0);
    return drawing.getImageData(0, 0, copy.width, copy.height).data;
});"""
#: How many pixels are not as the first of their canvas.
DRAWN = f"""() => {{ {PIXELS}
    return pixels.reduce((sum, data) => {{
        for (let at = 0; at < data.length; at += 4)
            if ([0, 1, 2, 3].some((part) => data[at + part] !== data[part])) sum += 1;
        return sum;
    }}, 0);
}}"""
#: Whether a colour of the page is among them.
HAS = f"""(name) => {{ {PIXELS}
    const probe = document.body.appendChild(document.createElement('span'));
    probe.style.color = `var(${{name}})`;
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    return pixels.some((data) => {{
        for (let at = 0; at < data.length; at += 4)
            if (wanted.every((part, n) => data[at + n] === part) && data[at + 3] === 255) return true;
        return false;
    }});
}}"""


def wait_until_drawn(page: Page) -> None:
    page.wait_for_function(f"() => document.querySelector('#chart canvas') && ({DRAWN})() > 1000")


#: What is drawn, [start, open, high, low, close, volume] each, and the closes of the table: of one moment,
#: for the chart comes anew by itself.
SHOWN = """() => [
    JSON.parse(document.querySelector('.price-chart').dataset.drawing).candles,
    [...document.querySelectorAll('#candles tbody td:nth-child(5)')].map((cell) => cell.textContent),
]"""


def test_it_is_drawn_and_its_table_is_what_the_api_says(open_window: OpenPage) -> None:
    window = open_window()
    page = window.page
    window.open(f"{PAGE}?range=1d")
    wait_until_drawn(page)
    page.evaluate("document.querySelector('#chart details').open = true")
    expect(page.locator("#candles")).to_be_visible()
    drawn, cells = page.evaluate(SHOWN)
    told = [re.sub(r"[^\d.]", "", text.replace(",", "")) for text in cells]
    assert [f"{row[4]:.2f}" for row in reversed(drawn)] == told
    api = page.request.get("/api/v1/instruments/AAPL/candles?interval=5m&limit=288").json()
    closes = {datetime.fromisoformat(row["time"]).timestamp(): row["close"] for row in api}
    # the last one drawn was running, and has moved on; the first may have left the range meanwhile
    both = [row for row in drawn[:-1] if row[0] in closes]
    assert len(both) >= len(drawn) - 2
    assert [f"{row[4]:.2f}" for row in both] == [closes[row[0]] for row in both]
    assert window.complaints == []


def test_another_range_is_in_the_address_and_keeps_the_focus(open_window: OpenPage, language: str) -> None:
    window = open_window(language)
    page = window.page
    window.open(PAGE)
    wait_until_drawn(page)
    page.focus("#range-all")
    page.keyboard.press("Enter")
    page.wait_for_url("**range=all*")
    expect(page.locator("#range-all")).to_have_attribute("aria-current", "true")
    expect(page.locator("#range-all")).to_be_focused()
    page.click("#style-line")
    page.wait_for_url("**chart=line*")
    wait_until_drawn(page)
    assert page.evaluate("document.querySelectorAll('#chart .price-chart canvas').length > 0")
    page.reload()
    wait_until_drawn(page)
    expect(page.locator("#style-line")).to_have_attribute("aria-current", "true")
    assert page.locator("#candles tbody tr").count() > 100  # months
    assert window.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_colours_are_those_of_gain_and_loss(open_window: OpenPage, scheme: str) -> None:
    window = open_window(scheme=scheme)
    page = window.page
    window.open(f"{PAGE}?range=all")
    wait_until_drawn(page)
    for name in ("--gain", "--loss"):
        page.wait_for_function(HAS, arg=name)
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    page.evaluate("document.documentElement.dataset.colours = 'blue_orange'")
    for name in ("--gain", "--loss"):
        page.wait_for_function(HAS, arg=name)


def test_the_crosshair_shows_the_values_below_it(open_window: OpenPage) -> None:
    window = open_window()
    page = window.page
    window.open(f"{PAGE}?range=all")
    wait_until_drawn(page)
    values = page.locator("#chart .chart-values")
    last = values.inner_text()
    box = page.locator("#chart .price-chart").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    expect(values).not_to_have_text(last)
    expect(values).to_contain_text(re.compile(r"20\d\d.*Open.*High.*Low.*Close.*Volume"))
    page.mouse.move(5, 5)
    expect(values).to_have_text(re.compile(re.escape(last.split("Open")[0].strip())))


def test_it_stays_where_it_is_while_the_values_below_the_crosshair_change(
    open_window: OpenPage, language: str
) -> None:
    window = open_window(language)
    page, chart = window.page, window.page.locator("#chart .price-chart")
    for size in (PHONE, TABLET, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(f"{PAGE}?range=all")
        wait_until_drawn(page)
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box
        for part in (0.02, 0.2, 0.5, 0.7, 0.82):
            before = page.inner_text("#chart .chart-values")
            page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 4)
            expect(page.locator("#chart .chart-values")).not_to_have_text(before)
            assert chart.bounding_box() == box, (size, part)


#: Keeps the library's chart where a test can ask it.
KEEP = """Object.defineProperty(window, 'LightweightCharts', {
    set(kit) {
        this.kit = {...kit, createChart: (...how) => (window.drawnChart = kit.createChart(...how))};
    },
    get() { return this.kit; },
});"""
#: Where the first candle is, in pixels from the left, and how wide the drawing is.
FIRST = "() => [drawnChart.timeScale().logicalToCoordinate(0), drawnChart.timeScale().width()]"


def test_a_window_that_becomes_another_size_keeps_the_first_candle(open_window: OpenPage) -> None:
    page = open_window().page
    page.add_init_script(KEEP)
    page.goto(f"{PAGE}?range=1m")
    wait_until_drawn(page)
    first, wide = page.evaluate(FIRST)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_function(
            f"width => (({FIRST})()[1] < width) === {str(size is PHONE).lower()}", arg=wide
        )
        now, width = page.evaluate(FIRST)
        assert now == pytest.approx((first + 1) * width / wide - 1, abs=1)  # half a candle from the left


#: The price of the page, once it is another one than it was and the last candle has come to it.
FOLLOWED = """before => {
    const [price, values] = ['#quote .live-price', '#chart .chart-values'].map(
        (part) => document.querySelector(part).textContent);
    return price !== before && values.includes(`Close ${price}`);
}"""


@pytest.mark.parametrize("style", ["candles", "line"])
def test_the_day_that_runs_ends_at_the_price_of_the_page(open_window: OpenPage, style: str) -> None:
    window = open_window()
    page = window.page
    for range_ in ("1d", "1w", "1m", "all"):
        window.open(f"{PAGE}?range={range_}&chart={style}")
        wait_until_drawn(page)
        page.wait_for_function(FOLLOWED, arg=page.text_content("#quote .live-price"))
    assert window.complaints == []


@pytest.mark.parametrize("zone", ["", "Asia/Kolkata"])
def test_its_times_are_those_of_the_page(open_window: OpenPage, language: str, zone: str) -> None:
    """In the zone that was chosen, not the browser's, and as the table and the market's clock write them."""
    window = chosen(open_window, language, zone=zone)
    page = window.page
    for range_ in ("1d", "all"):
        window.open(f"{PAGE}?range={range_}")
        wait_until_drawn(page)
        legend = page.locator("#chart .chart-values span").first.inner_text()
        assert not re.search("[AP]M", legend)
        assert " г." not in legend.replace("\u00a0", " ")
        if range_ == "1d":
            drawn, _ = page.evaluate(SHOWN)
            there = datetime.fromtimestamp(drawn[-1][0], ZoneInfo(zone or "Europe/Belgrade"))
            assert legend.endswith(f"{there:%H:%M}")


def test_ones_fills_and_average_price(customer: tuple[Visitor, str]) -> None:
    window, _ = customer
    window.open(f"{PAGE}?range=1d")
    wait_until_drawn(window.page)
    window.page.wait_for_function(HAS, arg="--buy")
    assert look(window, f"{PAGE}?range=all") == []
    window.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    window.page.evaluate("document.querySelector('#chart details').open = true")
    assert window.sideways() == 0
    assert window.complaints == []


def test_without_javascript_the_table_stays(open_window: OpenPage) -> None:
    page = open_window(java_script_enabled=False).page
    page.goto(f"{PAGE}?range=all")
    expect(page.locator(".price-chart")).to_be_hidden()
    page.click("#chart summary")
    expect(page.locator("#candles tbody tr").first).to_be_visible()
    page.click("#range-1w")
    expect(page.locator("#range-1w")).to_have_attribute("aria-current", "true")
