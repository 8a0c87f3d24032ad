"""Splits: what each holder of an instrument has afterwards, and what is paid for fractions."""
