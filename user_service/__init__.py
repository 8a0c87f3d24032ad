"""user_service: users, credentials, sessions and signing keys."""
