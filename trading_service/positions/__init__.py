"""Positions: the net of each customer's fills, and the units held for open sells."""
