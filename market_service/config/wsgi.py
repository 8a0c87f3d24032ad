"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market_service.config.settings")

application = get_wsgi_application()

from market_service.instruments.selectors import search_prepare  # noqa: E402  (only now are there models)

# With 100,000 instruments that is ten seconds, which the first search should not have to wait for.
threading.Thread(target=search_prepare, name="search", daemon=True).start()
