"""How billing_service is put together."""
