"""The use-cases of API keys, one per file; the only writers of them."""

from user_service.api_keys.services.api_key_exchange import ApiKeyToken, api_key_exchange
from user_service.api_keys.services.api_key_make import MadeApiKey, api_key_make
from user_service.api_keys.services.api_key_revoke import api_key_close, api_key_revoke, api_keys_revoke
from user_service.api_keys.services.api_keys_forget import api_keys_forget
from user_service.api_keys.services.api_keys_purge import api_keys_purge
