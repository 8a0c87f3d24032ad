"""Configuration of market_service."""
