"""The memory of acts already done: a resent act answers as it did the first time."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class DoneAct(models.Model):
    """One idempotency key of one actor: what was asked (fingerprint) and what was answered."""

    actor = models.TextField()
    key = models.TextField()
    act = models.TextField()
    fingerprint = models.BinaryField()
    answer = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "plumbing_done_act"
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="plumbing_done_once")]
        # Rows come in order of time, so a few bytes for many pages find the old ones.
        indexes = [BrinIndex(fields=["at"], name="plumbing_done_at")]


class Try(models.Model):
    """How often somebody tried something since the first try (plumbing/limiter.py). ``who`` is a keyed print."""

    name = models.TextField()
    who = models.BinaryField()
    since = models.DateTimeField()
    count = models.IntegerField()
    pk = models.CompositePrimaryKey("name", "who")

    class Meta:
        db_table = "plumbing_try"
        indexes = [models.Index(fields=["since"], name="plumbing_try_since")]
