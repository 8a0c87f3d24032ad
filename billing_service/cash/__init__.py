"""Money that comes in and goes out: deposits and withdrawals."""
