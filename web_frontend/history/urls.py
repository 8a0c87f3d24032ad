"""``/history`` and its files, and statements."""

from __future__ import annotations

from django.urls import path

from web_frontend.history import files, views

urlpatterns = [
    path("history", views.history_show, name="history"),
    path("history.csv", files.history_csv, name="history_csv"),
    path("history.xlsx", files.history_xlsx, name="history_xlsx"),
    path("statements", files.statements_show, name="statements"),
    path("statement.pdf", files.statement_pdf, name="statement_pdf"),
    path(".refused", files.export_refused),
]
