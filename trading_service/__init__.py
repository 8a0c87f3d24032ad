"""trading_service: orders and positions; takes each order through billing and the venue to a final state."""
