"""The WSGI application that gunicorn serves."""

import contextlib
import ctypes
import os

from django.core.wsgi import get_wsgi_application

M_MMAP_THRESHOLD = -3  # malloc.h

# Checking a password takes 19 MiB for some 20 ms. By itself glibc would learn to keep blocks of that
# size in every thread's arena: 80 MB more for nothing (measured). With a fixed threshold it gives
# them back. Another libc has no such call and no such habit.
with contextlib.suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1024 * 1024)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "user_service.config.settings")
application = get_wsgi_application()
