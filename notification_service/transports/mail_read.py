"""An operator who reads a mail with a link could follow it: that leaves a row."""

from __future__ import annotations

from django.db import transaction

from notification_service.inbox.models import Notification
from notification_service.transports.models import Mail
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record


@transaction.atomic
def mail_link_shown(*, mail: Mail, by: Actor) -> None:
    """Record that a mail was read, if a link in it does something with the account of its reader."""
    news = Notification.objects.filter(id=mail.notification_id).first()
    if news is not None and "link_id" in news.params:
        record("mail.read", mail, by=by, after={"user": mail.user_id, "about": news.params["notice"]})
