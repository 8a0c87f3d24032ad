"""How the parts are put together and looked after: `local` runs them without containers."""
