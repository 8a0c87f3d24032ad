"""The use-cases of sessions, one per file; the only writers of sessions."""

from user_service.sessions.services.security_notice import security_notice
from user_service.sessions.services.session_close import session_close
from user_service.sessions.services.session_open import (
    OperatorToken,
    TokenPair,
    operator_session_open,
    session_open,
)
from user_service.sessions.services.session_refresh import session_refresh
from user_service.sessions.services.session_revoke import (
    session_end,
    session_end_by_token,
    session_revoke,
    sessions_revoke,
)
from user_service.sessions.services.sessions_forget import sessions_forget
from user_service.sessions.services.sessions_purge import sessions_purge
from user_service.sessions.services.sign_in_record import sign_in_record, sign_ins_purge
from user_service.sessions.services.signing_keys import (
    signing_key_activate,
    signing_key_make_first,
    signing_key_publish,
    signing_keys_retire,
)
from user_service.sessions.services.tokens_refuse import tokens_refuse
