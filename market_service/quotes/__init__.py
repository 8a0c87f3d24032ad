"""Prices: the latest quote of each instrument, the quote feed, and daily prices."""
