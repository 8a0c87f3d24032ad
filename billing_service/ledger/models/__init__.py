"""The ledger: accounts, journal entries and their legs. All amounts are BIGINT minor units.

The sign convention is the customer's statement: a positive leg raises the account's balance. Every
journal entry sums to zero per currency, so what customers own is what the house, the fees and the
outside world are down, and the whole ledger is always zero:

===========  ===============================  ==============================
journal      customer                         other legs
===========  ===============================  ==============================
deposit      +amount                          external −amount
withdrawal   −amount                          external +amount
buy          −amount (buy), −fee (fee)        house_cash +amount, fees +fee
sell         +amount (sell), −fee (fee)       house_cash −amount, fees +fee
reversal     every leg of another entry with the opposite sign (reversal)
===========  ===============================  ==============================

A journal entry is written legs first; the entry itself then seals them: with it they are complete,
balanced, numbered and chained (``chain.py``), and nothing is added to it afterwards. A mistake is undone by
a new entry that reverses, never an edit.

The database enforces what must hold whatever the code does (``migrations/0003_chain.py``), for a whole
batch at once: a statement-level trigger refuses entries that are unbalanced, out of number, of a wrong
hash, or with a leg that is not in the currency of an account; at commit, legs that no new entry
has sealed are refused. Immutability is by privileges and by a trigger.

Nothing is computed here: the amount and the fee of a fill come with it, rounded by
``servicekit.money.order_charge`` for the house. The customer's leg and the house's (or the fees')
carry the same number, so the part of a minor unit by which it is above the exact product of a buy, or
below that of a sell, is in ``house_cash`` (or ``fees``).
"""

from billing_service.ledger.models.accounts import AccountFreeze, LedgerAccount
from billing_service.ledger.models.instruments import InstrumentName
from billing_service.ledger.models.journal import JournalEntry, JournalHead, LedgerEntry
