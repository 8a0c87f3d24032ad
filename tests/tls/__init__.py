"""Birzha behind a TLS proxy, and beside another Birzha: a real certificate, a real proxy, a cookie jar."""
