"""``python -m market_service.manage <command>``."""

from servicekit.manage import main

if __name__ == "__main__":
    main("market_service")
