"""Watchlists: the instruments that a customer keeps an eye on."""
