"""The simulated markets that are shipped: what is listed, and prices drawn from a seed. None of it exists.

``python -m market_service.simulated`` writes ``market_service/data/<currency>/`` anew, the same as it is.
"""
