"""Whoever freezes an account or lets it go, its owner hears of it."""

from __future__ import annotations

import json

import pytest

from billing_service.ledger.models import AccountFreeze
from billing_service.ledger.services import account_freeze, account_unfreeze
from servicekit.audit.actors import Actor
from servicekit.messaging.models import OutboxEvent

ANN = Actor.shell("ann")


@pytest.mark.parametrize("by", [ANN, None])
def test_each_freeze_is_published_with_its_end(customer, by) -> None:
    account = customer(100_00)
    for _ in range(2):
        account_freeze(account_id=account.id, reason="the books do not agree", by=by)
        if by is None:
            assert not account_freeze(account_id=account.id, reason="still not")  # and says nothing
        account_unfreeze(account_id=account.id, reason="a clerk's mistake", by=ANN)
    said = OutboxEvent.objects.filter(subject__startswith="freeze/").order_by("outbox_seq")
    first, second = AccountFreeze.objects.order_by("frozen_at", "id").values_list("id", flat=True)
    assert [(event.type, event.subject, event.sequence) for event in said] == [
        ("billing.account.frozen.v1", f"freeze/{first}", 1),
        ("billing.account.unfrozen.v1", f"freeze/{first}", 2),
        ("billing.account.frozen.v1", f"freeze/{second}", 1),
        ("billing.account.unfrozen.v1", f"freeze/{second}", 2),
    ]
    for event in said:
        data = json.loads(event.envelope)["data"]
        assert (data["user_id"], data["account_id"]) == (str(account.user_id), str(account.id))
        assert "clerk" not in event.envelope
        assert "agree" not in event.envelope
