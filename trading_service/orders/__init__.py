"""Orders, from placing to a final state. The whole flow is in ``saga.py``."""
