"""Withdrawing an announced action, or one of the past that was entered by mistake."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from market_service.corporate_actions.models import ActionState, CorporateAction
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.errors import ChangedMeanwhile


@transaction.atomic
def action_withdraw(*, action_id: UUID, by: Actor, reason: str) -> None:
    """It is no longer shown and will not be carried out.

    Raises:
        ChangedMeanwhile: it is being carried out, was, or is withdrawn already.
    """
    action = CorporateAction.objects.select_for_update().get(pk=action_id)
    if action.state not in (ActionState.ANNOUNCED, ActionState.HISTORY):
        raise ChangedMeanwhile
    before = action.state
    action.state = ActionState.WITHDRAWN
    action.save(update_fields=["state"])
    record(
        "corporate_action.withdraw", action, by=by, reason=reason,
        before={"state": before}, after={"state": action.state},
    )  # fmt: skip
