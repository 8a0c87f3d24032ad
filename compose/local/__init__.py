"""The local runner: PostgreSQL, Valkey, the services and the gateway as plain processes."""
