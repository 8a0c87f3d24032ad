"""trading_service: takes orders, and leads each one through billing and the venue to its end."""
