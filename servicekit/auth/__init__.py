"""Authentication: verification of user_service's tokens, revoked sessions, and operators.

Nothing here can sign: user_service alone holds the private keys.
"""
