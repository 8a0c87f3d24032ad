"""Cash set aside for open orders, and what a fill does with it."""
