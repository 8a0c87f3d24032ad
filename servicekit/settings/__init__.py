"""The settings that services have alike: ``from servicekit.settings.base import *``.

====================  ============================================================================
``environment``       what differs from machine to machine
``common``            what the services and the pages have alike
``base``              what every service has, with ``database`` and ``api``
====================  ============================================================================
"""
