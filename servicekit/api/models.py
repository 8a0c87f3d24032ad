"""Stored responses to requests with an Idempotency-Key."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class IdempotentAnswer(models.Model):
    """The first response to a (user, key), written in the transaction of the request."""

    pk = models.CompositePrimaryKey("user_id", "key")
    user_id = models.UUIDField()
    key = models.CharField(max_length=128)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=200, default="")
    body = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "idempotent_answers"

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
