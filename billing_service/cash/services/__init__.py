"""The only writers of deposits and withdrawals, and the booking of dividends. Amounts are minor units.

All hold the lock of the customer's account, so concurrent ones run one after the other.
"""

from billing_service.cash.services.deposit_make import deposit_make
from billing_service.cash.services.dividends_pay import dividends_pay
from billing_service.cash.services.fractions_pay import fractions_pay
from billing_service.cash.services.withdrawal_make import withdrawal_make
