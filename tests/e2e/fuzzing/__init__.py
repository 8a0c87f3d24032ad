"""How schemathesis goes through the OpenAPI documents: its settings, its hooks, one run of it."""
