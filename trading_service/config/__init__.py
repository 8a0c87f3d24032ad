"""How trading_service is put together: settings, addresses, the web and worker processes."""
