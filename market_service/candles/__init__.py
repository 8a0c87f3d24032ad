"""Candles: recorded as quotes and trades are written, rolled up hour by hour, read at any interval."""
