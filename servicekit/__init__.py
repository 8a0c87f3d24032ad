"""servicekit: the one library that every Birzha service shares. It knows no service."""
