"""market_service: instruments, quotes, and the venue where orders execute."""
