"""Idempotency-Key (IETF draft): the same key and body return the first response again.

The key's row is inserted first in the transaction of the request, and the primary key decides which
request is first. A second request with the key waits for the first one's commit, at most
:data:`LOCK_TIMEOUT_MS`, and then returns its response. A refused request leaves no row, because nothing
has happened.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.models import IdempotentAnswer
from servicekit.api.renderers import json_of
from servicekit.auth.principals import Principal
from servicekit.database import Statement, execute_deferred
from servicekit.errors import DomainError
from servicekit.faults import fault_point

#: Milliseconds to wait for another request with the same key that is still being worked on.
LOCK_TIMEOUT_MS = 2000

# With the first statement of the action: it needs no trip of its own. The limit stays for what the action
# itself may have to wait for. By the ORM, which has trips of its own, this takes 3.6 times as long even
# without the limit, and _REMEMBER 4.6 times (by turns, 21 runs).
_TAKE_KEY = Statement(
    """
INSERT INTO idempotent_answers (user_id, key, request_hash, status, location, body)
SELECT %s::uuid, %s::text, %s::text, 0, '', '' FROM set_config('lock_timeout', %s::text, true)
"""
)

_REMEMBER = Statement(
    "UPDATE idempotent_answers SET status = %s, location = %s, body = %s WHERE user_id = %s AND key = %s"
)

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class IdempotencyKeyMissing(DomainError):
    code = "idempotency_key_missing"
    title = _("Idempotency-Key missing")
    message = _("Send an Idempotency-Key header: a new random value for each new operation.")


class IdempotencyKeyInvalid(DomainError):
    code = "idempotency_key_invalid"
    title = _("Idempotency-Key not valid")
    message = _("An Idempotency-Key must be 1 to 128 visible ASCII characters.")


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    status = 422
    title = _("Idempotency-Key reused")
    message = _("This Idempotency-Key was used for another request. Use a new one.")


class IdempotencyInFlight(DomainError):
    code = "idempotency_in_flight"
    status = 409
    title = _("Request in progress")
    message = _("A request with this Idempotency-Key is still being processed. Try again.")


def idempotent(request: Request, action: Callable[[str], Response]) -> Response:
    """Do something once per (user, Idempotency-Key), in one transaction with the memory of it.

    Args:
        request: of a signed-in user.
        action: does the work and answers; gets the key. It must write to the database only.

    Raises:
        IdempotencyKeyMissing, IdempotencyKeyInvalid: see there.
        IdempotencyKeyReused: the key stands for a request with another address or body.
        IdempotencyInFlight: the first request with the key has not ended within ``LOCK_TIMEOUT_MS``.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not key:
        raise IdempotencyKeyMissing()
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyInvalid()
    fingerprint = _fingerprint(request)
    user_id = cast(Principal, request.user).id
    try:
        with transaction.atomic():
            execute_deferred(_TAKE_KEY, [str(user_id), key, fingerprint, str(LOCK_TIMEOUT_MS)])
            response = action(key)
            _remember(user_id, key, response)
            fault_point("request.before_commit")
    except IntegrityError as error:
        if not _is_taken(error):
            raise
        return _replay(user_id, key, fingerprint)
    except OperationalError as error:
        if _is_in_flight(error):
            raise IdempotencyInFlight() from None
        raise
    fault_point("request.after_commit")
    return response


def _is_taken(error: IntegrityError) -> bool:
    cause: Any = error.__cause__
    return cause is not None and bool(cause.diag.table_name == IdempotentAnswer._meta.db_table)


def _is_in_flight(error: OperationalError) -> bool:
    """Whether what was waited for in vain is the key, and not something that the action needs."""
    cause: Any = error.__cause__
    return getattr(cause, "pgcode", None) == "55P03" and (  # lock_not_available
        IdempotentAnswer._meta.db_table in (cause.diag.context or "")
    )


def _remember(user_id: UUID, key: str, response: Response) -> None:
    location, body = response.headers.get("Location", ""), json_of(response.data).decode()
    execute_deferred(_REMEMBER, [response.status_code, location, body, str(user_id), key])


def _replay(user_id: UUID, key: str, fingerprint: str) -> Response:
    answer = IdempotentAnswer.objects.get(user_id=user_id, key=key)
    if answer.request_hash != fingerprint:
        raise IdempotencyKeyReused()
    headers = {"Idempotency-Replayed": "true"}
    if answer.location:
        headers["Location"] = answer.location
    return Response(json.loads(answer.body), status=answer.status, headers=headers)


def _fingerprint(request: Request) -> str:
    canonical = _CANONICAL.encode(request.data)
    return hashlib.sha256(f"{request.method} {request.path} {canonical}".encode()).hexdigest()
