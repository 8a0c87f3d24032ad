"""The venue: orders are matched, rest, or are refused or canceled."""
