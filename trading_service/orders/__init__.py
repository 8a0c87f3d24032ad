"""Orders from the customer's wish to a final state. The whole flow is on one screen: ``saga.py``."""
