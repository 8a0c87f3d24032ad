"""The public stream of quotes, served by a process of its own."""
