"""The caller of an API request: ``request.user``."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

#: Of a person's session; an API key's tokens have it not.
CUSTOMER_SCOPE = "customer"
OPERATOR_SCOPE = "operator"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user, taken from a verified access token; no database row stands behind it.

    Attributes:
        id: the user's id (``sub``).
        session_id: the session that the token belongs to (``sid``).
        scopes: what the token allows, ``customer`` and ``operator``, or ``read`` and ``trade`` of an API key.
        expires_at: when the token does, in seconds since 1970.
        name: the username, of an operator's token for the admin; "" otherwise.
    """

    id: UUID
    session_id: UUID
    scopes: frozenset[str]
    expires_at: float
    name: str = ""

    is_authenticated = True
    is_anonymous = False
    is_active = True

    @property
    def is_operator(self) -> bool:
        """Whether the user runs this exchange."""
        return OPERATOR_SCOPE in self.scopes

    @property
    def is_staff(self) -> bool:
        return self.is_operator

    @property
    def pk(self) -> UUID:
        return self.id

    def get_username(self) -> str:
        return str(self.id)

    def __str__(self) -> str:
        return str(self.id)


class Anonymous:
    """A caller who is not signed in."""

    id = None
    pk = None
    is_authenticated = False
    is_anonymous = True
    is_active = False
    is_operator = False
    is_staff = False

    def get_username(self) -> str:
        return ""

    def __str__(self) -> str:
        return "anonymous"
