"""How market_service is put together."""
