"""A program trades with an API key, may do nothing else, and is refused everywhere once that is revoked."""

from __future__ import annotations

from uuid import uuid4

from tests.e2e.people import Client, Person, wait

BODY = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1}
READS = ["/users/me", "/account", "/operations", "/orders", "/positions", "/portfolio", "/notifications"]


def program_of(person: Person, *scopes: str) -> tuple[Client, str]:
    """A client that has exchanged a new key of theirs, and the key's id."""
    made = person.post("/users/me/api-keys", {"name": "a bot", "scopes": scopes})
    assert made.status_code == 201, made.text
    answer = Client(person.url).post("/auth/token/api-key", {"api_key": made.json()["key"]})
    assert answer.status_code == 200, answer.text
    return Client(person.url, token=answer.json()["access"]), made.json()["id"]


def test_a_program_reads_and_trades_until_its_key_is_revoked(person: Person) -> None:
    person.deposit("1000.00")
    bot, key_id = program_of(person, "trade")
    for path in READS:
        bot.get(path)
    placed = bot.post("/orders", BODY, key=str(uuid4()))
    assert placed.status_code == 201
    assert person.ended(placed.json())["status"] == "filled"
    assert bot.post("/orders/cancel-all", {}).is_success
    for method, path in [
        ("POST", "/deposits"), ("POST", "/withdrawals"), ("PATCH", "/users/me"),
        ("POST", "/notifications/read-all"), ("GET", "/users/me/api-keys"), ("POST", "/auth/logout"),
    ]:  # fmt: skip
        body = {"amount": "1.00", "currency": "USD"} if method == "POST" else None
        answer = bot.send(method, path, json=body, headers={"Idempotency-Key": str(uuid4())})
        assert (answer.status_code, answer.json()["code"]) == (403, "people_only"), path
    assert person.send("DELETE", f"/users/me/api-keys/{key_id}").status_code == 204
    for path in READS:
        wait(lambda path=path: bot.send("GET", path).status_code == 401, f"{path} still answers it")
    assert person.quantity_of("AAPL") == 1


def test_one_that_may_only_read_places_nothing(person: Person) -> None:
    person.deposit("1000.00")
    before = person.rows("/orders")
    bot, _ = program_of(person, "read")
    bot.get("/portfolio")
    for path in ("/orders", "/orders/cancel-all"):
        answer = bot.post(path, BODY, key=str(uuid4()))
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), path
    assert person.rows("/orders") == before
