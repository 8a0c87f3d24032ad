"""The consistency check of the books: runs every minute, freezes accounts whose books do not agree."""
