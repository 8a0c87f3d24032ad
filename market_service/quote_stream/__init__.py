"""The stream of quotes: what a process of its own tells whoever watches prices move."""
