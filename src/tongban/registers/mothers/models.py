"""Tables of mother cases: the log (truth), the row (the fold of the log, for lists), the one form sealed beside it, and drafts."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class MotherRow(models.Model):
    """The fold of a log, written in the transaction of its last fact. ``wake_on``: a part can start then by itself."""

    number = models.CharField(max_length=24, primary_key=True)
    query_code = models.CharField(max_length=6)
    event = models.TextField()
    stage = models.TextField()
    receiving = models.CharField(max_length=9)
    applicant = models.UUIDField()
    agent = models.UUIDField(null=True)
    channel = models.TextField()
    opened_at = models.DateTimeField()
    wake_on = models.DateField(null=True)
    # This node received it, so its parts start here and its form lies here; else it is a copy of the log.
    here = models.BooleanField(default=True, db_default=True)
    n = models.IntegerField()
    head = models.BinaryField()
    state = models.BinaryField()

    class Meta:
        db_table = "mothers_mother"
        indexes = [
            models.Index(fields=["applicant", "number"], name="mothers_applicant"),
            models.Index(fields=["agent", "number"], name="mothers_agent", condition=Q(agent__isnull=False)),
            models.Index(fields=["wake_on", "number"], name="mothers_wake", condition=Q(wake_on__isnull=False)),
        ]


class MotherFactRow(models.Model):
    """Entry n of the log of a mother case. Only ever inserted (a trigger refuses more)."""

    number = models.CharField(max_length=24)
    n = models.IntegerField()
    kind = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    body = models.TextField()
    hash = models.BinaryField()
    pk = models.CompositePrimaryKey("number", "n")

    class Meta:
        db_table = "mothers_fact"
        # As in cases_fact: what a restored node asks for is found without reading the whole log.
        indexes = [BrinIndex(fields=["at"], name="mothers_fact_at", autosummarize=True)]


class FormRow(models.Model):
    """The one form (answers, papers, declarations) as it was at some fact, sealed, named in the log by digest."""

    number = models.CharField(max_length=24)
    digest = models.TextField()
    body = models.BinaryField()
    pk = models.CompositePrimaryKey("number", "digest")

    class Meta:
        db_table = "mothers_form"


class EventDraft(models.Model):
    """What was said for a person and an event and is not yet submitted. ``rev`` tells two devices apart."""

    id = models.UUIDField(primary_key=True)
    applicant = models.UUIDField()
    agent = models.UUIDField(null=True)
    event = models.TextField()
    center = models.CharField(max_length=9, default="")
    by = models.TextField()
    rev = models.IntegerField(default=1)
    body = models.BinaryField()
    updated_at = models.DateTimeField()
    used_by = models.CharField(max_length=24, default="")
    # The node it moved to (empty: it lies here), and how often it moved. A program without them may still write (db_default).
    gone_to = models.TextField(default="", db_default="")
    moves = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "mothers_draft"
        indexes = [models.Index(fields=["applicant", "event"], name="mothers_draft_open", condition=Q(used_by=""))]
