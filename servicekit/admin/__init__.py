"""The admin site of every service, and the bases of its pages."""

from servicekit.admin.bases import ReadOnlyAdmin, ServiceAdmin

__all__ = ["ReadOnlyAdmin", "ServiceAdmin"]
