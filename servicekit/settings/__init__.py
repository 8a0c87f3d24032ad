"""Settings shared by the services: ``from servicekit.settings.base import *``.

====================  ============================================================================
``environment``       settings of this machine
``common``            shared by the services and the pages
``base``              what every service has, with ``database`` and ``api``
====================  ============================================================================
"""
