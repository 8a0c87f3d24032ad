"""What is listed: the instruments, their search, and the quantity still on offer."""
