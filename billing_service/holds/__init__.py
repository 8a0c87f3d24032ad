"""Holds: cash set aside for open orders, and the settlement of fills."""
