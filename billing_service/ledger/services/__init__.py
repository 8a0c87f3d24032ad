"""The only writers of the ledger. Amounts are whole minor units.

Whatever happens to a customer's money or holds happens under the lock of the customer's account:
:func:`accounts_lock` first (all of a batch's accounts, sorted by id), then decide in memory, then
write all of it at once. Locks are taken customers' accounts → the journal's head, and the head's lock
covers the system's accounts (house, fees, outside), which every booking changes: they are read and
written under it, once a batch. So the head comes last and is held for the shortest time.
"""

from billing_service.ledger.services.account_close import account_close_decide, account_close_prepare
from billing_service.ledger.services.accounts import (
    LockedAccount,
    account_freeze,
    account_unfreeze,
    accounts_lock,
    accounts_lock_deferred,
    accounts_open,
    accounts_save,
)
from billing_service.ledger.services.instruments import instruments_name
from billing_service.ledger.services.journal import Booked, Draft, Posting, journal_book
from billing_service.ledger.services.reversal import journal_reverse
