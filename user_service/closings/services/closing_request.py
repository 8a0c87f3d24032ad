"""A user wants the account closed: billing_service, which has the cash, is asked to decide."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts.user import ClosingRequested
from servicekit.messaging.publish import Outgoing, publish_many
from user_service.accounts.services.daily_count import profile_change_count
from user_service.accounts.services.password_confirm import confirmed_lock, password_confirm
from user_service.accounts.services.second_factor_check import code_check
from user_service.closings.errors import OperatorsStay
from user_service.closings.models import Closing, State
from user_service.second_factor.selectors import factor_of
from user_service.sessions.clients import Client
from user_service.sessions.models import SignInMethod

#: What got no answer for so long is asked again: its event was dropped, or the market has started over.
REQUEST_AGAIN_AFTER = timedelta(minutes=5)


def closing_request(*, user_id: UUID, password: str, code: str = "", client: Client) -> Closing:
    """Have the account closed if nothing is left in it. While one request is undecided another is the same.

    Args:
        user_id: whose.
        password: as typed.
        code: of the second factor, if it is on.
        client: where the request comes from.

    Returns:
        The closing; what becomes of it is seen later.

    Raises:
        PasswordWrong: it is not it.
        CodeWrong: it is not one of the second factor that is on.
        TooManyAttempts: there were too many wrong passwords, or codes.
        ProfileQuotaExceeded: it was asked for too often today.
        OperatorsStay: it is an operator's account.
        UserNotFound: nobody has this id.

    Emits:
        user.closing.requested.v1
    """
    user = password_confirm(user_id=user_id, password=password, client=client, method=SignInMethod.CLOSING)
    if factor := factor_of(user_id=user_id):
        code_check(user=user, factor=factor, code=code, client=client, method=SignInMethod.CLOSING)
    with transaction.atomic():
        now = confirmed_lock(user)
        if now.is_staff:
            raise OperatorsStay
        if pending := Closing.objects.filter(user=now, state=State.PENDING).first():
            return pending
        profile_change_count(user_id=user_id)
        closing = Closing.objects.create(user=now)
        _publish([closing])
    return closing


@transaction.atomic
def closings_request_again(*, limit: int = 100) -> int:
    """Ask again for what got no answer. Returns for how many.

    Emits:
        user.closing.requested.v1 for each.
    """
    unanswered = Closing.objects.select_for_update(skip_locked=True).filter(
        state=State.PENDING, last_attempt_at__lt=timezone.now() - REQUEST_AGAIN_AFTER
    )
    closings = list(unanswered.order_by("last_attempt_at")[:limit])
    for closing in closings:
        closing.attempts, closing.last_attempt_at = closing.attempts + 1, timezone.now()
        closing.save(update_fields=["attempts", "last_attempt_at"])
    _publish(closings)
    return len(closings)


def _publish(closings: list[Closing]) -> None:
    publish_many(
        Outgoing(
            ClosingRequested(
                closing_id=closing.id,
                user_id=closing.user_id,
                attempt=closing.attempts,
                requested_at=closing.requested_at,
            )
        )
        for closing in closings
    )
