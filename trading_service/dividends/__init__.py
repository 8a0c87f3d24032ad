"""Dividends: what each holder of an instrument is paid, of the units at the record moment."""
