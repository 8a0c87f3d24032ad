"""Where orders execute, or are refused, or are taken back in time."""
