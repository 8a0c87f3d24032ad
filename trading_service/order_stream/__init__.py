"""The stream of a customer's orders, served by a process of its own."""
