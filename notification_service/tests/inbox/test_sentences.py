"""What happened to an account and its money is told in the reader's language, amounts as it writes them."""

from decimal import Decimal

import pytest

from notification_service.tests.events import (
    alert_fired,
    deposited,
    dividend,
    frozen,
    noticed,
    registered,
    reversed_entry,
    split,
    statement_ready,
    unfrozen,
    withdrawn,
)
from servicekit.contracts.user import NOTICES

pytestmark = pytest.mark.django_db(transaction=True)

ROSE = {"direction": "above", "price": Decimal("1100.00000000"), "quote": Decimal("1100.50000000")}
FELL = {"direction": "below", "price": Decimal("90.00000000"), "quote": Decimal("89.12500000")}


@pytest.mark.parametrize(
    ("make", "fields", "language", "title", "body"),
    [
        (registered, {"username": "boris"}, "en", "Welcome to Birzha",
         "Hello, boris! Top up your account, find an instrument and place your first order."),
        (deposited, {}, "en", "Account topped up",
         "Your account was topped up by $1,234.50. Your balance is $2,000,000.50."),
        (deposited, {}, "ru", "Счёт пополнен",
         "Счёт пополнен на\xa01\xa0234,50\xa0$. На\xa0счёте\xa02\xa0000\xa0000,50\xa0$."),
        (deposited, {"currency": "RUB"}, "ru", "Счёт пополнен",
         "Счёт пополнен на\xa01\xa0234,50\xa0₽. На\xa0счёте\xa02\xa0000\xa0000,50\xa0₽."),
        (deposited, {"currency": "EUR"}, "en", "Account topped up",
         "Your account was topped up by €1,234.50. Your balance is €2,000,000.50."),
        (withdrawn, {}, "en", "Money withdrawn", "$1,234.50 was withdrawn. Your balance is $500.50."),
        (withdrawn, {}, "ru", "Деньги выведены", "Выведено\xa01\xa0234,50\xa0$. На\xa0счёте\xa0500,50\xa0$."),
        (dividend, {}, "en", "Dividend of AAPL",
         "$1,234.50 came in for 10 units of AAPL, $0.2425 for each. Your balance is $5,000.00."),
        (dividend, {"quantity": 21}, "ru", "Дивиденды AAPL",
         "Поступило\xa01\xa0234,50\xa0$ за\xa021\xa0шт. AAPL, по\xa00,2425\xa0$ за штуку. "
         "На\xa0счёте\xa05\xa0000,00\xa0$."),
        (split, {}, "en", "Split of AAPL",
         "Units of AAPL: 1,001 before, 1,501 now (2 → 3). All open orders for it were canceled. "
         "For the fraction left over you were paid $143.49."),
        (split, {}, "ru", "Сплит AAPL",
         "AAPL: было 1\xa0001\xa0шт., стало 1\xa0501\xa0шт. (2 → 3). "
         "Все открытые заявки по инструменту отменены. "
         "За оставшуюся долю выплачено\xa0143,49\xa0$."),
        (split, {"amount": 0}, "en", "Split of AAPL",
         "Units of AAPL: 1,001 before, 1,501 now (2 → 3). All open orders for it were canceled."),
        (reversed_entry, {}, "en", "Reversal on your account",
         "$100.00 was taken from your account. Your balance is $0.00. Reason: paid in twice"),
        (reversed_entry, {"amount": 123_450, "balance_after": 500}, "en", "Reversal on your account",
         "$1,234.50 was added to your account. Your balance is $5.00. Reason: paid in twice"),
        (reversed_entry, {}, "ru", "Отмена операции на вашем счёте",
         "Со счёта списано\xa0100,00\xa0$. На\xa0счёте\xa00,00\xa0$. Причина: paid in twice"),
        (reversed_entry, {"amount": 123_450, "balance_after": 500}, "ru", "Отмена операции на вашем счёте",
         "На счёт зачислено\xa01\xa0234,50\xa0$. На\xa0счёте\xa05,00\xa0$. Причина: paid in twice"),
        (reversed_entry, {"reason": "100% fee, %(amount)s <b>"}, "en", "Reversal on your account",
         "$100.00 was taken from your account. Your balance is $0.00. Reason: 100% fee, %(amount)s <b>"),
        (alert_fired, ROSE, "en", "AAPL: $1,100.50",
         "AAPL rose to $1,100.50. You asked to be told at $1,100.00."),
        (alert_fired, FELL, "en", "AAPL: $89.125",
         "AAPL fell to $89.125. You asked to be told at $90.00."),
        (alert_fired, ROSE, "ru", "AAPL: 1\xa0100,50\xa0$",
         "Цена AAPL поднялась до\xa01\xa0100,50\xa0$. Вы просили сообщить о\xa01\xa0100,00\xa0$."),
        (alert_fired, FELL, "ru", "AAPL: 89,125\xa0$",
         "Цена AAPL опустилась до\xa089,125\xa0$. Вы просили сообщить о\xa090,00\xa0$."),
        (frozen, {}, "en", "Your account is frozen",
         "It is being checked. Your money is safe. Until then you cannot top up, withdraw or buy; you can "
         "still sell."),
        (frozen, {}, "ru", "Ваш счёт заморожен",
         "Он проверяется. Ваши деньги в сохранности. До окончания проверки нельзя пополнять счёт, "
         "выводить деньги и покупать; продавать можно."),
        (unfrozen, {}, "en", "Your account is no longer frozen", "You can top up, withdraw and buy again."),
        (unfrozen, {}, "ru", "Ваш счёт разморожен",
         "Снова можно пополнять счёт, выводить деньги и покупать."),
        (statement_ready, {}, "en", "Statement for October 2026",
         "Your statement for October 2026 is ready: balances, sums and every operation, as PDF, under "
         "History → Statements."),
    ],
)  # fmt: skip
def test_it_is_told_in_the_readers_language(deliver, told, user_id, make, fields, language, title, body):
    deliver(make(user_id, **fields))
    assert (told(language)["title"], told(language)["body"]) == (title, body)


def test_russian_writes_months_small(deliver, told, user_id):
    deliver(statement_ready(user_id))
    assert told("ru")["title"] == "Выписка за\xa0октябрь 2026"


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_notice_of_security_has_its_words(deliver, told, user_id, notice, language):
    deliver(noticed(user_id, notice))
    cyrillic = any("а" <= letter <= "я" for letter in told(language)["title"] + told(language)["body"])
    assert cyrillic == (language == "ru")


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Firefox on Windows, address 192.0.2.7, 2 March 2026, 15:00 Europe/Moscow."),
        ("ru", "Firefox, Windows, адрес 192.0.2.7, 2 марта 2026, 15:00 Europe/Moscow."),
    ],
)
def test_a_new_device_is_named_with_the_time_of_its_owners_zone(deliver, told, user_id, language, body):
    deliver(noticed(user_id, "new_device"))
    assert told(language)["body"].startswith(body)
