"""market_service: the venue. What is listed, at which quote, how much is left, and execution itself."""
