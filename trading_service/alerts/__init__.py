"""Price alerts: customers are told once when an instrument's price reaches theirs."""
