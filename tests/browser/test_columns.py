"""Columns of the pages: two tables of orders have the same ones, and no number is broken in a narrow one."""

from __future__ import annotations

from tests.browser.conftest import DESK, PHONE, TABLET, Visitor

#: A desk's window at 400 %.
ZOOMED = {"width": 320, "height": 256}
#: Whether the words after `Available to buy` are one line, whatever they are.
ONE_LINE = """text => {
    const value = [...document.querySelectorAll('.facts dd')][2];
    value.textContent = text;
    return value.getClientRects().length == 1
        && value.offsetHeight < 2 * parseFloat(getComputedStyle(value).fontSize);
}"""
#: Where the first two values of facts stand, when the first has a long label.
TOPS = """() => {
    const facts = [...document.querySelectorAll('.facts > div')].slice(0, 2);
    facts[0].querySelector('dt').textContent = 'Word '.repeat(9);
    return facts.map(each => Math.round(each.querySelector('dd').getBoundingClientRect().top));
}"""
#: The left edges of the columns that are shown, of each table of orders.
EDGES = """[...document.querySelectorAll('.list')].map(table => [...table.querySelectorAll('th')]
    .filter(cell => cell.offsetWidth).map(cell => Math.round(cell.getBoundingClientRect().left)))"""
#: What of each row of the page's tables cannot be read in it.
UNREAD = """() => [...document.querySelectorAll('.list tbody tr')].map(row => {
    (row.closest("details") ?? {}).open = true;
    const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT), unread = [];
    while (texts.nextNode()) {
        const { parentNode, textContent } = texts.currentNode, text = textContent.trim();
        if (!text || text === "—" || parentNode.closest("[aria-hidden], .not-roomy")) continue;
        if (!row.innerText.includes(text)) unread.push(text);
    }
    return unread;
})"""


def test_open_and_ended_orders_have_the_same_columns(customer: tuple[Visitor, str], language: str) -> None:
    visitor, _ = customer
    page = visitor.page
    visitor.open("/instruments/AAPL?type=limit")
    bid = page.locator("#bid-1").first.text_content() or ""
    price = "".join(sign for sign in bid.replace(",", ".") if sign in "0123456789.")
    page.fill("#limit_price", f"{float(price) * 0.9:.2f}")
    page.fill("#quantity", "2")
    page.click("#review")
    page.click("#place")
    page.wait_for_url("**/orders/*")
    page.wait_for_selector("#order [data-status=working]")
    for size in (DESK, TABLET, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        visitor.open("/orders")
        is_open, ended = page.evaluate(EDGES)
        assert is_open == ended, (language, size)
        assert visitor.sideways() == 0


def test_a_long_number_stays_in_one_line(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        visitor.open("/instruments/AAPL")
        for number in ("7", "1,000,000,000,000,000 units", "1 000 000 000 000 000 шт."):
            assert visitor.page.evaluate(ONE_LINE, number), (size, number)
            assert visitor.sideways() == 0


def test_values_beside_each_other_are_on_one_line_under_labels_of_two(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    visitor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.open("/instruments/AAPL")
    first, second = visitor.page.evaluate(TOPS)
    assert first == second


def test_what_has_no_column_on_a_narrow_page_follows_its_row(customer: tuple[Visitor, str]) -> None:
    visitor, order = customer
    page = visitor.page
    for size in (DESK, TABLET, PHONE, ZOOMED):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for path in ("/portfolio", "/history", "/orders", "/cash", order):
            visitor.open(path)
            rows = page.evaluate(UNREAD)
            assert rows, path
            assert not any(rows), (size, path, rows)
            assert visitor.sideways() == 0, (size, path)


def test_the_name_of_a_closed_position_is_whole_on_a_tablet(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    visitor.trade("MSFT", "buy", "1")
    visitor.trade("MSFT", "sell", "1")
    visitor.page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    visitor.open("/portfolio")
    name = "([name, company]) => name.scrollWidth <= name.clientWidth && company.offsetHeight < 3 * 16"
    assert visitor.page.evaluate(f"({name})([...document.querySelector('#closed .who-text').children])")


def test_on_paper_no_number_of_a_row_is_left_out(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    for path in ("/portfolio", "/history", "/orders"):
        visitor.open(path)
        page.emulate_media(media="print")
        rows = page.evaluate(UNREAD)
        page.emulate_media(media="screen")
        assert not [text for row in rows for text in row if any(map(str.isdigit, text))], path
