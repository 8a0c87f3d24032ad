"""Test support: the service's real database and Redis, real tokens, real delivery of events."""
