"""Tables of cases: the log (truth), the row (the fold of the log, for lists), and beside the log what is personal, sealed."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class CaseRow(models.Model):
    """The fold of a log, written in the transaction of its last fact. Rebuilt at will; `verify` compares."""

    number = models.CharField(max_length=25, primary_key=True)
    query_code = models.CharField(max_length=6)
    item = models.TextField()
    version = models.IntegerField()
    department = models.TextField()
    stage = models.TextField()
    holder = models.CharField(max_length=9)
    receiving = models.CharField(max_length=9)
    handling = models.CharField(max_length=9)
    applicant = models.UUIDField()
    agent = models.UUIDField(null=True)
    channel = models.TextField()
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    decided_on = models.DateField(null=True)
    # The next date that binds the holder, and when its light turns yellow; provisional until the calendar is published.
    due_on = models.DateField(null=True)
    yellow_on = models.DateField(null=True)
    due_kind = models.TextField(default="")
    provisional = models.BooleanField(default=False)
    looked = models.BooleanField(default=False)
    custody = models.TextField(default="here")
    closed = models.BooleanField(default=False)
    # This node hosts the holder, so time and clerks act on the case here; else it is a copy.
    here = models.BooleanField(default=True)
    n = models.IntegerField()
    head = models.BinaryField()
    # The whole folded Case (msgpack), so that an act reads one row and not the log.
    state = models.BinaryField()

    class Meta:
        db_table = "cases_case"
        indexes = [
            # With `looked` in it, the board counts what waits without touching the rows.
            models.Index(
                fields=["holder", "due_on", "number"],
                include=["looked"],
                name="cases_worklist",
                condition=Q(closed=False),
            ),
            # Alarms for supervisors (reads/alarms.py) look at these only; a case is in it until somebody looks.
            models.Index(
                fields=["holder", "opened_on"], name="cases_unlooked", condition=Q(closed=False, looked=False)
            ),
            # What is elsewhere or came back; a case that never moves costs it nothing.
            models.Index(
                fields=["receiving", "due_on", "number"],
                name="cases_custody",
                condition=Q(closed=False) & ~Q(custody="here"),
            ),
            models.Index(fields=["applicant", "number"], name="cases_applicant"),
            models.Index(fields=["agent", "number"], name="cases_agent", condition=Q(agent__isnull=False)),
            models.Index(fields=["opened_on", "receiving"], name="cases_opened_day"),
            models.Index(
                fields=["decided_on", "handling"], name="cases_decided_day", condition=Q(decided_on__isnull=False)
            ),
            models.Index(fields=["number"], name="cases_provisional", condition=Q(provisional=True, closed=False)),
            models.Index(fields=["due_kind", "due_on"], name="cases_due", condition=Q(closed=False)),
        ]


class FactRow(models.Model):
    """Entry n of the log of a case. Only ever inserted (a trigger refuses more)."""

    number = models.CharField(max_length=25)
    n = models.IntegerField()
    kind = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    body = models.TextField()
    hash = models.BinaryField()
    pk = models.CompositePrimaryKey("number", "n")

    class Meta:
        db_table = "cases_fact"
        # For a restored node that asks for what is newer than its backup: rows come nearly in order of time, so a few bytes for
        # many pages do.
        indexes = [BrinIndex(fields=["at"], name="cases_fact_at", autosummarize=True)]


class Sealed(models.Model):
    """What is personal and belongs to a fact: answers and notes, sealed, named in the log by digest."""

    number = models.CharField(max_length=25)
    digest = models.TextField()
    kind = models.TextField()
    body = models.BinaryField()
    pk = models.CompositePrimaryKey("number", "digest")

    class Meta:
        db_table = "cases_sealed"


class Paper(models.Model):
    """A paper handed in with a case: what it satisfies, how, its grade, and where its bytes are (by digest)."""

    number = models.CharField(max_length=25)
    n = models.IntegerField()
    place = models.IntegerField()
    material = models.TextField()
    how = models.TextField()
    grade = models.CharField(max_length=1)
    digest = models.TextField(default="")
    pk = models.CompositePrimaryKey("number", "n", "place")

    class Meta:
        db_table = "cases_paper"
        indexes = [models.Index(fields=["digest"], name="cases_paper_digest", condition=~Q(digest=""))]


class Counter(models.Model):
    """The last sequence number of a center on a day: numbers are counted per center, so there is no global lock."""

    center = models.CharField(max_length=9)
    day = models.DateField()
    last = models.IntegerField()
    pk = models.CompositePrimaryKey("center", "day")

    class Meta:
        db_table = "cases_counter"


class Draft(models.Model):
    """What was typed for a person and an item and is not yet submitted. ``rev`` tells two devices apart."""

    id = models.UUIDField(primary_key=True)
    applicant = models.UUIDField()
    agent = models.UUIDField(null=True)
    item = models.TextField()
    version = models.IntegerField()
    center = models.CharField(max_length=9, default="")
    by = models.TextField()
    rev = models.IntegerField(default=1)
    body = models.BinaryField()
    updated_at = models.DateTimeField()
    used_by = models.CharField(max_length=25, default="")
    # The node it moved to (empty: it lies here), and how often it moved. A program without them may still write (db_default).
    gone_to = models.TextField(default="", db_default="")
    moves = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "cases_draft"
        indexes = [models.Index(fields=["applicant", "item"], name="cases_draft_open", condition=Q(used_by=""))]
