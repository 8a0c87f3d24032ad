"""The stream of how many notifications a user has not read, served by a process of its own."""
