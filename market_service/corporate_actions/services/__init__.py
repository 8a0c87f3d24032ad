"""The only writers of corporate actions.

Each is locked after its instrument: an execution is before the record moment, or after it.
"""

from market_service.corporate_actions.services.action_announce import Terms, action_announce, action_check
from market_service.corporate_actions.services.action_withdraw import action_withdraw
from market_service.corporate_actions.services.actions_import import actions_import
from market_service.corporate_actions.services.dividend_record import dividend_record, dividends_record_due
from market_service.corporate_actions.services.dividends_complete import dividends_complete
from market_service.corporate_actions.services.split_carry_out import (
    split_record,
    split_start,
    splits_advance,
)
from market_service.corporate_actions.services.splits_complete import splits_complete
