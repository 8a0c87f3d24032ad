"""The admin site of every service, and the bases of its pages."""

from servicekit.admin.bases import ReadOnlyAdmin, RowsInline, ServiceAdmin, WrittenOnceAdmin
