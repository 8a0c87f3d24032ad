"""billing_service has decided whether an account is closed."""

from __future__ import annotations

from django.db import transaction

from servicekit.contracts.billing import ClosingDecided
from servicekit.faults import fault_point
from user_service.accounts import selectors as accounts
from user_service.accounts.services import user_close
from user_service.closings.models import Closing, State


def closing_decide(*, decided: ClosingDecided) -> None:
    """Close the account and erase the person, or keep for the user what is left of it.

    That it is closed counts even after a refusal, which was of an earlier attempt: billing_service decides.

    Emits:
        As :func:`~user_service.accounts.services.user_close.user_close`.
    """
    with transaction.atomic():
        accounts.user_lock(user_id=decided.user_id)
        if decided.closed:
            user_close(user_id=decided.user_id)
            of_user = Closing.objects.filter(user_id=decided.user_id)
            of_user.filter(state=State.PENDING).update(state=State.CLOSED, decided_at=decided.decided_at)
            of_user.filter(id=decided.closing_id).update(state=State.CLOSED)
        else:
            Closing.objects.filter(id=decided.closing_id, state=State.PENDING).update(
                state=State.REFUSED,
                decided_at=decided.decided_at,
                currency=decided.currency,
                balance=decided.balance,
                held=decided.held,
                frozen=decided.frozen,
                open_orders=decided.open_orders,
                positions=decided.positions,
                payments_due=decided.payments_due,
            )
        fault_point("closing.before_commit")
    fault_point("closing.after_commit")
