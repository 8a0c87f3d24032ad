"""billing_service: customers' cash, the holds on it, and the double-entry ledger behind both."""
