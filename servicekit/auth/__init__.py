"""Who is asking: verification of user_service's tokens, ended sessions, and operators.

Nothing here can sign: user_service alone holds the private keys.
"""
