"""Copies of market_service's instruments and quotes."""
