"""What trading keeps of the instruments and quotes that market_service owns."""
