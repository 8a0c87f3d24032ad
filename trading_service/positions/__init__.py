"""What each customer owns: the net of their fills, and what is held for open sells."""
