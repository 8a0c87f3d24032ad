"""How notification_service is put together."""
