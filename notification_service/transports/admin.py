"""The mailbox: mails as people see them, where no SMTP server is set and they go to a folder instead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from notification_service.delivery.models import State
from notification_service.kinds import Channel
from notification_service.transports.mail_read import mail_link_shown
from notification_service.transports.mailbox import mailbox_read
from notification_service.transports.models import Mail
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import person
from servicekit.audit.actors import Actor


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("sent_at", "kind", "user_id")
    list_filter = ("kind",)
    shown = {"user_id": person("user_id")}
    find_ids = ("notification_id", "user_id")
    find_people = ("user_id",)
    ordering = ("-id",)
    date_hierarchy = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        """What was sent."""
        return super().get_queryset(request).filter(channel=Channel.EMAIL, state=State.SENT)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The mail."""
        mail = self.get_object(request, object_id)
        if mail is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        message = mailbox_read(mail.notification_id)
        if message is not None:
            mail_link_shown(mail=mail, by=Actor.of(request.user))
        parts: dict[str, str] = {}
        if message is not None:
            for kind in ("html", "plain"):
                body: Any = message.get_body((kind,))
                parts[kind] = body.get_content() if body is not None else ""
        context = {
            **self.admin_site.each_context(request),
            "title": message["Subject"] if message is not None else _("The mail is not here"),
            "opts": self.opts,
            "original": mail,
            "mail": message,
            "headers": [(name, str(message[name])) for name in ("From", "To", "Date") if message[name]]
            if message is not None
            else [],
            # a link opens in a tab of its own, outside of the frame that it stands in
            "html": parts.get("html", "").replace("<head>", '<head><base target="_blank">', 1),
            "text": parts.get("plain", ""),
            "smtp": bool(settings.SMTP_URL),
        }
        return TemplateResponse(request, "admin/transports/mail.html", context)
