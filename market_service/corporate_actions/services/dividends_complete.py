"""Dividends of which trading_service has told everybody what they are paid."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction

from market_service.corporate_actions.models import ActionState, CorporateAction
from servicekit.contracts.trading import DividendCompleted
from servicekit.messaging.consume import Received

logger = logging.getLogger(__name__)


@transaction.atomic
def dividends_complete(*, messages: Sequence[Received[DividendCompleted]]) -> None:
    """Keep what was paid; what is completed already stays as it is.

    Units that are not those of the record are logged as an error, and a violation for ``make check`` (I20).
    """
    for message in messages:
        done = message.event
        action = CorporateAction.objects.select_for_update().get(pk=done.action_id)
        if action.state != ActionState.STARTED:
            continue
        if action.units != done.units:
            logger.error(
                "the dividend %s was recorded for %s units, and paid for %s",
                action.pk, action.units, done.units,
            )  # fmt: skip
        action.state = ActionState.COMPLETED
        action.holders, action.amount, action.completed_at = done.holders, done.amount, done.completed_at
        action.save(update_fields=["state", "holders", "amount", "completed_at"])
