"""Corporate actions of instruments: dividends and splits, announced, carried out, and shown."""
