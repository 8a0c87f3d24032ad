"""The only way out of the pages: the public API, asked through the gateway as any client asks it.

A request carries the visitor's language, address and request id, and the visitor's access token when
there is one. What comes back is parsed JSON, or one of three errors: :class:`GatewayProblem` (the API
refused, RFC 9457), :class:`SignedOut` (it no longer knows the visitor), :class:`GatewayUnavailable` (no
answer).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from http.client import responses
from typing import Any, NoReturn
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import orjson
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from servicekit.telemetry import current_origin
from web_frontend.call_times import CALL_S, PAGE_S, PASSWORD_PATHS, PASSWORD_S
from web_frontend.gateway_connections import Answer, Exchange, NoAnswer, connections_to

#: A 503 of these is an answer: nothing was done, and its sentence says why.
BUSY = {"sign_in_busy"}
#: What the pages call themselves where no visitor's browser does.
OWN_AGENT = "birzha-pages"

#: What an address may have besides letters and digits; anything else, such as Russian letters, is encoded.
_AS_IT_IS = "/?=&%+,:-._~@!$'()*;"

#: Codes of a 401 that refuse a sign-in; any other says that a session has ended.
SIGN_IN_CODES = ("invalid_credentials", "second_factor_required", "challenge_invalid")


class GatewayUnavailable(Exception):
    """The source did not answer, or answered that it is down. Worth trying again."""

    def __init__(self, source: str, reason: str) -> None:
        self.source, self.reason = source, reason
        super().__init__(f"{source}: {reason}")


class SignedOut(Exception):
    """The API no longer accepts the visitor's session."""


class GatewayProblem(Exception):
    """The API refused.

    Attributes:
        status: the HTTP status.
        code: stable, never translated.
        detail: a sentence in the visitor's language.
        errors: ``[{field, code, detail}]`` for bad fields.
        retry_after: seconds to wait, for 429 and 503.
        challenge: what a sign-in goes on with that needs a code; "" of anything else.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        retry_after: int | None = None,
        challenge: str = "",
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.retry_after, self.challenge = errors or [], retry_after, challenge
        super().__init__(f"{status} {code}: {detail}")


class Gateway:
    """One visitor's way to the API; ``request.gateway``.

    Args:
        forwarded_for: the visitor's address, passed on so that limits count visitors, not the pages.
        user_agent: what the visitor's browser calls itself, to be shown beside their sessions.
        token: gives the visitor's access token, or None for an anonymous visitor. Called when a
            request first needs it; may refresh it. What it gives is good for longer than a page takes.

    Attributes:
        replayed: what was changed last had been changed before, by a request with the same key.
    """

    def __init__(
        self, *, forwarded_for: str = "", user_agent: str = "", token: Callable[[], str | None]
    ) -> None:
        self._forwarded_for, self._find_token = forwarded_for, token
        self._known_token: str | None = None
        self._no_token: GatewayUnavailable | None = None
        self.replayed = False
        self._user_agent = user_agent[:256].encode("ascii", "replace").decode("ascii")
        self._ends_at = time.monotonic() + PAGE_S

    def get(
        self, path: str, *, public: bool = False, timeout_s: float = CALL_S, **params: Any
    ) -> dict[str, Any]:
        """Read a resource; parameters that are empty are left out. ``public``: without a token.

        ``timeout_s`` is that of the call, within the page's.
        """
        return self.ask(path, public=public, timeout_s=timeout_s, **params)()

    def ask(
        self, path: str, *, public: bool = False, timeout_s: float = CALL_S, **params: Any
    ) -> Callable[[], dict[str, Any]]:
        """Send what :meth:`get` sends, and go on: what is returned waits for the answer and returns it.

        So all that a page needs is on its way at once, and the page takes as long as the slowest answer.

        Raises:
            SignedOut: there is no token to ask with. All else is raised where the answer is waited for.
        """
        query = {name: value for name, value in params.items() if value not in (None, "")}
        try:
            headers = self._headers(public=public)
        except GatewayUnavailable as error:
            return partial(_no_answer, error)
        answer = self._sent("GET", path, query, headers, None, timeout_s)
        return lambda: _read(path, answer())

    def post(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str = "",
        public: bool = False,
        timeout_s: float | None = None,
    ) -> dict[str, Any]:
        """Do something; ``key`` is the Idempotency-Key of orders, deposits and withdrawals.

        ``timeout_s`` is that of the call, within the page's; None: ``CALL_S``, or ``PASSWORD_S`` where a
        password is hashed.
        """
        headers = {"Idempotency-Key": key} if key else {}
        return self._change("POST", path, public=public, body=body, headers=headers, timeout_s=timeout_s)

    def put(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Say that a resource is there, or what it is; saying it again changes nothing."""
        return self._change("PUT", path, body=body)

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Change a resource."""
        return self._change("PATCH", path, body=body)

    def delete(self, path: str) -> None:
        """End a resource."""
        self._change("DELETE", path)

    def _token(self) -> str | None:
        """The visitor's; what has no answer is waited for once by a page."""
        if self._no_token:
            raise self._no_token
        try:
            self._known_token = self._known_token or self._find_token()
        except GatewayUnavailable as error:
            self._no_token = error
            raise
        return self._known_token

    def authorization(self) -> str:
        """The visitor's ``Authorization``, for requests to the API in their name.

        Raises:
            SignedOut: nobody is signed in any more.
        """
        if token := self._token():
            return f"Bearer {token}"
        raise SignedOut("no token")

    def _change(
        self,
        method: str,
        path: str,
        *,
        public: bool = False,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> dict[str, Any]:
        if timeout_s is None:
            timeout_s = PASSWORD_S if path in PASSWORD_PATHS else CALL_S
        sent = {**self._headers(public=public), **(headers or {})}
        content = b""
        if body is not None:
            content, sent["Content-Type"] = orjson.dumps(body), "application/json"
        answer = self._sent(method, path, None, sent, content, timeout_s)()
        self.replayed = answer.replayed
        return _read(path, answer)

    def _sent(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None,
        headers: dict[str, str],
        content: bytes | None,
        timeout_s: float,
    ) -> Callable[[], Answer]:
        """Send; what waits for the answer. Once more if the connection broke and repeating is harmless."""
        target, connections = _target(path, query), connections_to(settings.GATEWAY_URL)

        def send() -> Exchange:
            return connections.send(method, target, headers, content, self._until(timeout_s))

        def answer() -> Answer:
            try:
                return exchange.answer()
            except NoAnswer as error:
                if not error.is_lost or (method != "GET" and "Idempotency-Key" not in headers):
                    raise GatewayUnavailable(path, str(error)) from error
            try:
                return send().answer()
            except NoAnswer as error:
                raise GatewayUnavailable(path, str(error)) from error

        exchange = send()
        return answer

    def _until(self, timeout_s: float) -> float:
        """The moment (``time.monotonic``) until which a call may take: within the page's time."""
        return min(time.monotonic() + timeout_s, self._ends_at)

    def _headers(self, *, public: bool) -> dict[str, str]:
        token = None if public else self._token()
        origin = current_origin()
        headers = {
            "Host": urlsplit(settings.PUBLIC_URL).netloc,  # the gateway answers to no other
            "Accept": "application/json",
            "Accept-Language": get_language() or "en",
            "User-Agent": self._user_agent or OWN_AGENT,
            "X-Forwarded-For": self._forwarded_for,
            "X-Request-Id": origin.request_id,
            "Traceparent": origin.traceparent,
            "Tracestate": origin.tracestate,
            "Authorization": f"Bearer {token}" if token else "",
        }
        return {name: value for name, value in headers.items() if value}


class GatewayRequest(HttpRequest):
    """For type hints: a request as the middlewares leave it."""

    gateway: Gateway
    htmx: Any


def cursor(address: str | None) -> str:
    """The cursor in a ``next`` or ``previous`` address of a page of results; "" for none."""
    return parse_qs(urlsplit(address or "").query).get("cursor", [""])[0]


def _target(path: str, query: dict[str, Any] | None) -> str:
    target = quote(path, safe=_AS_IT_IS)
    return f"{target}?{urlencode(query)}" if query else target


def _no_answer(error: GatewayUnavailable) -> NoReturn:
    raise error


def _read(path: str, answer: Answer) -> dict[str, Any]:
    """What a 2xx has; {} for nothing."""
    if not 200 <= answer.status < 300:
        _refuse(path, answer)
    if answer.status in (202, 204) and not answer.content:
        return {}
    try:
        read: dict[str, Any] = orjson.loads(answer.content)
    except ValueError as error:
        raise GatewayUnavailable(path, "not JSON") from error
    return read


def _refuse(path: str, response: Answer) -> None:
    try:
        problem = orjson.loads(response.content)
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    code, status = str(problem.get("code", "")), response.status
    if status >= 500 and code not in BUSY:
        raise GatewayUnavailable(path, f"{status} {code}")
    if status == 401 and code not in SIGN_IN_CODES:
        raise SignedOut(code)
    raise GatewayProblem(
        status,
        code,
        str(problem.get("detail") or responses.get(status, "")),
        problem.get("errors"),
        int(response.retry_after) if response.retry_after.isdigit() else None,
        str(problem.get("challenge", "")),
    )
