"""Django REST framework, and the API's description."""

from __future__ import annotations

from typing import Any

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "servicekit.auth.authentication.BearerAuthentication",
        "servicekit.auth.authentication.OperatorCookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["servicekit.api.parsers.StrictJsonParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "servicekit.api.renderers.Json",
        "servicekit.api.renderers.BrowsableApi",
    ],
    "DEFAULT_SCHEMA_CLASS": "servicekit.api.openapi.ContractSchema",
    "EXCEPTION_HANDLER": "servicekit.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": "servicekit.auth.principals.Anonymous",
    "NON_FIELD_ERRORS_KEY": "body",
    "STRICT_JSON": True,
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
