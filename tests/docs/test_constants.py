"""Numbers that documents quote are those of the code: a sentence for each, made of the constant it tells.

Who changes a constant finds here which documents speak of it; who quotes one in a document adds a line.
"""

from __future__ import annotations

import re

import pytest

from tests.contracts.source import REPOSITORY


def number(file: str, name: str) -> str:
    """The first number that the code gives ``name``, as a document writes it: ``20``, ``40,000``, ``0.5``."""
    code = (REPOSITORY / file).read_text(encoding="utf-8")
    found = re.search(rf'^\s*"?{name}"?(?:: [\w\[\], ]+)? ?[=:] *(.+)$', code, re.MULTILINE)
    assert found, f"{file} has no {name}: was it renamed?"
    value = re.search(r"(?<![\w.])\d[\d_]*(?:\.\d+)?", found[1])
    assert value, f"{name} in {file} is no number: {found[1]}"
    text = value[0].replace("_", "")
    return f"{int(float(text)):,}" if float(text).is_integer() else text


TRADING, USER = "trading_service/config/settings.py", "user_service/config/settings.py"
PLACES = {
    "deadline": (TRADING, "ORDER_DEADLINE"),
    "sweep": ("servicekit/settings/schedule.py", "DUE_TASKS_PERIOD_S"),
    "quote_age": ("servicekit/terms.py", "QUOTE_MAX_AGE_S"),
    "batch": ("servicekit/messaging/consume/consumer.py", "BATCH"),
    "kept": ("servicekit/messaging/publish/stream_capacity.py", "MAX_ENTRIES"),
    "outbox_days": ("servicekit/settings/base.py", "OUTBOX_DAYS"),
    "inbox_days": ("servicekit/settings/base.py", "INBOX_DAYS"),
    "access": (USER, "ACCESS_TOKEN_LIFETIME"),
    "refresh": (USER, "REFRESH_TOKEN_LIFETIME"),
    "retry": (USER, "REFRESH_RETRY"),
    "session": (USER, "SESSION_LIFETIME"),
    "sessions": (USER, "SESSIONS_PER_USER"),
    "heartbeat": ("servicekit/settings/common.py", "STREAM_HEARTBEAT_S"),
    "of_process": ("servicekit/event_stream/listeners.py", "MAX_OF_PROCESS"),
    "of_address": ("servicekit/event_stream/listeners.py", "MAX_OF_ADDRESS"),
    "of_user": ("servicekit/event_stream/listeners.py", "MAX_OF_USER"),
    "renewal": ("web_frontend/sessions/tokens.py", "REFRESH_TIMEOUT_S"),
    "lock": ("web_frontend/sessions/tokens.py", "LOCK_LIFETIME_S"),
    "wait": ("web_frontend/call_times.py", "CALL_S"),
    "gtc": ("servicekit/terms.py", "GTC_DAYS"),
    "resting": (TRADING, "RESTING_DEADLINE"),
    "history": ("trading_service/positions/selectors/history.py", "LONGEST_DAYS"),
    "portion": ("market_service/config/settings.py", "QUOTE_PORTION"),
    "closes": ("market_service/quotes/services/day_open.py", "MAX_CLOSES"),
    "sign_in_days": (USER, "SIGN_IN_RETENTION"),
    "sign_ins": (USER, "SIGN_INS_KEPT"),
    "listed": ("notification_service/transports/email.py", "LISTED"),
    "webhook": ("notification_service/transports/public_http.py", "TIMEOUT_S"),
}
SENTENCES = [
    (
        "flows/buy.md",
        "An order has {deadline} s (`ORDER_DEADLINE`). Then the sweep, which looks every second",
    ),
    ("flows/buy.md", "it expires after {deadline} to {deadline+sweep} s"),
    ("flows/buy.md", "`quote_stale` (older than {quote_age} s)"),
    ("flows/sell.md", "after {deadline} s the venue is asked"),
    ("reliability.md", "An order that billing has not answered in {deadline} to {deadline+sweep} s expires"),
    ("reliability.md", "for so long that {kept} events wait"),
    ("reliability.md", "({outbox_days} days in outboxes, {inbox_days} days in inboxes"),
    ("reliability.md", "gets the same successor for {retry} s"),
    ("reliability.md", "a session ends {session} days after its sign-in; a user has {sessions} at most"),
    ("architecture.md", "reads batches of up to {batch}."),
    ("architecture.md", "access tokens (RS256, {access} minutes)"),
    ("adr/0003-consumer-inside-the-celery-worker.md", "A batch of up to {batch} events is one transaction"),
    ("adr/0041-a-process-for-streams.md", "After {heartbeat} s without an event a `heartbeat` is sent"),
    (
        "adr/0041-a-process-for-streams.md",
        "At once {of_process} listen to a process, {of_address} from one address (a school), "
        "{of_user} of one user",
    ),
    ("flows/register.md", "access ({access} min), refresh ({refresh} days)"),
    ("flows/sign-out.md", "An access token is good for {access} minutes"),
    ("flows/sign-out.md", "for {retry} s after its first use"),
    (
        "flows/sign-out.md",
        "The pages ask twice, {renewal} s each at most, while they hold the session's lock",
    ),
    ("flows/sign-out.md", "which lives {lock} s; a page waits up to {wait} s"),
    ("flows/limit.md", "`gtc` for {gtc} days"),
    ("flows/limit.md", "due {resting} s after its expiry"),
    ("../trading_service/README.md", "by day (UTC), at most {history} days"),
    ("../market_service/README.md", "the next {portion} open instruments"),
    ("../market_service/README.md", "the closes from which changes count, {closes} an event"),
    (
        "monitoring.md",
        "kept for {sign_in_days} days, at most {sign_ins} sign-ins and {sign_ins} failures",
    ),
    ("delivery.md", "more than one is a list, the first {listed} in full"),
    ("delivery.md", "Any 2xx within {webhook} s is a yes"),
]


@pytest.mark.parametrize(("document", "sentence"), SENTENCES)
def test_a_document_quotes_the_constant_as_it_is(document: str, sentence: str) -> None:
    values = {name: number(*place) for name, place in PLACES.items()}
    values["deadline+sweep"] = str(int(values["deadline"]) + int(values["sweep"]))
    text = " ".join((REPOSITORY / "docs" / document).read_text(encoding="utf-8").split())

    assert sentence.format_map(values) in text
