"""The whole running system, through its public port. Nothing here looks into a database."""
