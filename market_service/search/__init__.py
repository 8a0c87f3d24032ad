"""The search of instruments: their words, kept in tables, and what finds them."""
