"""Market orders at a steady rate: how long the answer takes, and how long until the order is filled.

    python -m benchmarks.orders [--rate 10] [--seconds 20] [--customers 4]

Signs up customers of its own, tops them up, and has them buy one unit at a time through the public
port. Times until a state are read from the order's own history (trading_service's clock), so that
polling does not count. Prints milliseconds: median, 99th percentile and the longest.
"""

from __future__ import annotations

import argparse
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from compose.demo.__main__ import address_of_system

TICKERS = ("AAPL", "MSFT", "IBM", "GOOG", "FB")
DEPOSIT = "1000000.00"


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=10.0, help="orders a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="for how long")
    parser.add_argument("--customers", type=int, default=4, help="how many place them in turn")
    options = parser.parse_args()
    address = address_of_system()
    customers = [_customer(address) for _ in range(options.customers)]
    count = int(options.rate * options.seconds)
    placed = _place(customers, count, options.rate)
    time.sleep(2)
    _print(placed, customers)


def _customer(base_url: str) -> httpx.Client:
    """A client signed in as a new user with money."""
    client = httpx.Client(base_url=base_url, timeout=30)
    name, password = f"bench-{uuid4().hex[:10]}", uuid4().hex
    user = {"username": name, "email": f"{name}@example.com", "password": password}
    client.post("/api/v1/users", json=user).raise_for_status()
    tokens = client.post("/api/v1/auth/token", json={"username": name, "password": password}).json()
    client.headers["Authorization"] = f"Bearer {tokens['access']}"
    while client.get("/api/v1/account").status_code != 200:
        time.sleep(0.05)
    money = {"amount": DEPOSIT, "currency": "USD"}
    client.post("/api/v1/deposits", json=money, headers={"Idempotency-Key": uuid4().hex}).raise_for_status()
    return client


def _place(customers: list[httpx.Client], count: int, rate: float) -> list[tuple[int, str, float]]:
    """Place ``count`` orders, each at its own time. Returns (customer, order id, answer in ms)."""
    placed: list[tuple[int, str, float]] = []
    lock = threading.Lock()
    begin = time.monotonic()

    def one(number: int) -> None:
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        who = number % len(customers)
        body = {"ticker": TICKERS[number % len(TICKERS)], "side": "buy", "type": "market", "quantity": 1}
        started = time.perf_counter()
        answer = customers[who].post("/api/v1/orders", json=body, headers={"Idempotency-Key": uuid4().hex})
        took = (time.perf_counter() - started) * 1000
        answer.raise_for_status()
        with lock:
            placed.append((who, answer.json()["id"], took))

    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(one, range(count)))
    return placed


def _print(placed: list[tuple[int, str, float]], customers: list[httpx.Client]) -> None:
    rows: dict[str, list[float]] = {"answer": [took for _, _, took in placed], "working": [], "filled": []}
    ends: dict[str, int] = {}
    for who, order_id, _ in placed:
        order = customers[who].get(f"/api/v1/orders/{order_id}").json()
        ends[order["status"]] = ends.get(order["status"], 0) + 1
        for entry in order["history"]:
            if entry["to_status"] in rows:
                rows[entry["to_status"]].append((_time(entry["at"]) - _time(order["created_at"])) * 1000)
    print(
        f"{len(placed)} orders: " + ", ".join(f"{number} {state}" for state, number in sorted(ends.items()))
    )
    print(f"{'':12}{'p50':>9}{'p99':>9}{'max':>9}   ms")
    for name, values in rows.items():
        if values:
            values.sort()
            p50, p99 = values[len(values) // 2], values[int((len(values) - 1) * 0.99)]
            print(f"{name:12}{p50:9.1f}{p99:9.1f}{values[-1]:9.1f}")


def _time(text: Any) -> float:
    return datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    main()
