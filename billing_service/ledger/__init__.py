"""The double-entry ledger: accounts, balanced journal entries, and their legs."""
