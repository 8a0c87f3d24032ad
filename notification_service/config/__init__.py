"""Configuration of notification_service."""
