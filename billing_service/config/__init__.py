"""Configuration of billing_service."""
