"""What gunicorn serves: ``web_frontend.config.wsgi:application``."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web_frontend.config.settings")

application = get_wsgi_application()

for name in settings.BACKGROUND:
    import_string(name)()
