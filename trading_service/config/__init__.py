"""Configuration of trading_service: settings, addresses, the web and worker processes."""
