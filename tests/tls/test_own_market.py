"""An exchange in rubles with a market of its own: only that is listed, and nothing is in dollars."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from compose.local import secrets as passwords
from compose.local.console import CommandError
from compose.local.kept_choices import require_same
from compose.local.market_choice import MarketChoice
from compose.system import SLUGS
from servicekit.testing.waiting import wait
from tests.tls.conftest import MARKET, Public
from tests.tls.window import Window

#: The first of them starts the system.
pytestmark = pytest.mark.timeout(400)

PASSWORD = secrets.token_urlsafe(12)
#: What must be on no page; a number before or after it, so that a page's own code is not meant.
DOLLARS = re.compile(r"\$\d|\d\s?\$|\bUSD\b|dollars?\b|доллар")


def listed(public: Public) -> list[dict[str, object]]:
    answer = httpx.get(f"{public.system.url}/api/v1/instruments", timeout=60)
    rows: list[dict[str, object]] = answer.json()["results"]
    return rows


def test_only_its_own_market_is_listed(public: Public) -> None:
    rows = listed(public)
    lines = (MARKET / "list.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {row["ticker"] for row in rows} == {line.partition(",")[0] for line in lines}
    assert {row["currency"] for row in rows} == {"RUB"}
    assert all(row["simulated"] for row in rows), "BIRZHA_MARKET_OPTIONS says --simulated"


def test_a_customers_pages_are_in_rubles(public: Public) -> None:
    window, name = Window(public.url, certificate=public.certificate), f"own-{secrets.token_hex(4)}"
    window.open("/sign-up")
    window.done("/sign-up", username=name, email=f"{name}@example.com", password=PASSWORD)
    wait(lambda: window.tops_up("1 500,50 руб.", "₽1,500.50"), "the top-up is not booked")
    window.open("/cash")
    assert "The account is kept in Russian rubles" in window.send("/cash", amount="$5").text
    window.open(f"/instruments/AAPL?step=review&side=buy&quantity=1&key={uuid4()}")
    window.done("/orders")
    order = window.page.url.path
    for page in ("/", "/instruments/AAPL", order, "/portfolio", "/cash", "/history", "/notifications"):
        for language in ("en", "ru"):
            spoken = {"Accept": "text/html", "Accept-Language": language}
            text = window.http.get(page, headers=spoken).text
            assert not (found := DOLLARS.search(text)), f"{page} in {language}: {found}"
            assert "₽" in text, page
    table = window.http.get("/history.csv", headers={"Accept": "*/*"})
    assert table.status_code == 200
    assert ",RUB," in table.text
    assert "USD" not in table.text


def test_the_api_is_described_in_rubles(public: Public) -> None:
    for slug in SLUGS:
        document = httpx.get(f"{public.system.url}/api/v1/{slug}/schema", timeout=60)
        assert document.status_code == 200
        assert not DOLLARS.search(document.text), slug
        assert slug != "billing" or "RUB" in document.text
    page = httpx.get(f"{public.system.url}/api/docs", follow_redirects=True, timeout=60)
    assert not DOLLARS.search(page.text)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (MarketChoice(), "are in RUB, not in USD, and an exchange keeps its currency"),
        (MarketChoice("rub", "RUB"), "began with the market"),
    ],
)
def test_it_keeps_its_currency_and_market(public: Public, wanted: MarketChoice, message: str) -> None:
    home = public.system.home
    secret = passwords.load(home)
    require_same(home, MarketChoice(str(Path(MARKET).resolve()), "RUB"), secret)
    with pytest.raises(CommandError, match=message):
        require_same(home, wanted, secret)
