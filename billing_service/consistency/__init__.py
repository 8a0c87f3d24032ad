"""Do the books agree? Looks every minute, freezes what does not, and never adjusts anything."""
