"""``python -m trading_service.manage <command>``."""

from servicekit.manage import main

if __name__ == "__main__":
    main("trading_service")
