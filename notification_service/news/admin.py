"""Operators' news in the admin: written, looked at as its readers will see it, sent, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notification_service.news import services
from notification_service.news.errors import NewsHasEnded, NewsNotDraft
from notification_service.news.models import News, NewsState
from notification_service.news.selectors import readers_count, recipients_named
from servicekit.admin import WrittenOnceAdmin
from servicekit.admin.columns import short_id
from servicekit.admin.operations import Fact, Operation, calls
from servicekit.audit.actors import Actor
from servicekit.errors import DomainError
from servicekit.people.selectors import names_of

#: So many names are shown.
NAMES_SHOWN = 20


class NewsForm(forms.ModelForm):
    """What is written."""

    audience = forms.CharField(
        label=_("for"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Usernames, separated by spaces, commas or line breaks. Empty: everybody."),
    )

    class Meta:
        model = News
        fields = ("title_en", "body_en", "title_ru", "body_ru")

    def names(self) -> list[str]:
        """The usernames that were typed."""
        return list(filter(None, re.split(r"[\s,;]+", self.cleaned_data.get("audience", ""))))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            recipients_named(self.names())
        except DomainError as error:
            self.add_error(error.field, error.detail)
        return cleaned


def _texts(news: News) -> Sequence[Fact]:
    return (
        Fact(_("title in English"), news.title_en),
        Fact(_("text in English"), news.body_en),
        Fact(_("title in Russian"), news.title_ru),
        Fact(_("text in Russian"), news.body_ru),
    )


def _release_facts(news: News) -> Sequence[Fact]:
    if news.state != NewsState.DRAFT:
        raise NewsNotDraft
    return (
        *_texts(news),
        Fact(_("for"), _audience(news)),
        Fact(_("readers"), number_format(readers_count(news), force_grouping=True), binding=False),
        Fact(_("state"), news.get_state_display(), NewsState.RELEASED.label),
    )


def _withdraw_facts(news: News) -> Sequence[Fact]:
    if news.state not in (NewsState.DRAFT, NewsState.RELEASED):
        raise NewsHasEnded
    return (
        *_texts(news),
        Fact(_("people told"), number_format(news.sent_count, force_grouping=True), binding=False),
        Fact(_("state"), news.get_state_display(), NewsState.WITHDRAWN.label),
    )


def _audience(news: News) -> Any:
    if not news.recipients:
        return _("everybody")
    shown = news.recipients[:NAMES_SHOWN]
    names = ", ".join(sorted(names_of(shown).values()))
    more = len(news.recipients) - len(shown)
    if not more:
        return names
    return ngettext("%(names)s and %(more)d more", "%(names)s and %(more)d more", more) % {
        "names": names,
        "more": more,
    }


@admin.register(News)
class NewsAdmin(WrittenOnceAdmin):
    list_display = (
        "id",
        "title_en",
        "title_ru",
        "state",
        "audience",
        "sent_count",
        "written_by",
        "created_at",
    )
    list_filter = ("state",)
    find_ids = ("id",)
    find_texts = ("title_en", "title_ru")
    form = NewsForm
    form_fields = (*NewsForm.Meta.fields, "audience")
    fields = (*form_fields, "state", "sent_count", "written_by", "created_at", "begins_at", "ended_at")
    shown = {"id": short_id("id")}
    ordering = ("-id",)
    operations = (
        Operation(
            name="send",
            title=_("Send"),
            done=_("It is sent a minute from now."),
            facts=_release_facts,
            act=calls(services.news_release, "news_id"),
            offered=lambda news: news.state == NewsState.DRAFT,
            note=_(
                "So it will be read, by each in their language and over the channels that they chose. "
                "Nobody gets it for a minute, in which it can be withdrawn."
            ),
            many=False,
        ),
        Operation(
            name="withdraw",
            title=_("Withdraw"),
            done=_("It is withdrawn: nobody else will get it."),
            facts=_withdraw_facts,
            act=calls(services.news_withdraw, "news_id"),
            offered=lambda news: news.state in (NewsState.DRAFT, NewsState.RELEASED),
            note=_("Those who got it keep it in their inbox and in their mail."),
            many=False,
        ),
    )

    def save_model(self, request: HttpRequest, obj: News, form: Any, change: bool) -> None:
        values = form.cleaned_data
        news = services.news_write(
            title={"en": values["title_en"], "ru": values["title_ru"]},
            body={"en": values["body_en"], "ru": values["body_ru"]},
            names=form.names(),
            by=Actor.of(request.user),
        )
        obj.pk = news.pk

    @admin.display(description=_("for"))
    def audience(self, news: News) -> Any:
        """Who it is for."""
        return _audience(news)
