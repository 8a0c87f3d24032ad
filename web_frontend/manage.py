"""``python -m web_frontend.manage <command>``."""

from servicekit.manage import main

if __name__ == "__main__":
    main("web_frontend")
