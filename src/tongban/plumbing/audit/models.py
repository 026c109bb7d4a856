"""Tables of the audit trail. Lines are only ever inserted (a trigger refuses more); seals chain batches of them."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Line(models.Model):
    """One act or one look. No personal data: persons are named by reference."""

    at = models.DateTimeField()
    act = models.TextField()
    actor = models.TextField()
    place = models.TextField(default="")
    case = models.TextField(default="")
    person = models.TextField(default="")
    reason = models.TextField(default="")
    detail = models.TextField(default="")
    # The transaction that wrote the line (xid8): a batch is sealed only when no older transaction can still add to it.
    xid = models.BigIntegerField()

    class Meta:
        db_table = "audit_line"
        indexes = [
            models.Index(fields=["xid"], name="audit_line_xid"),
            models.Index(fields=["person", "-id"], name="audit_line_person", condition=~models.Q(person="")),
            models.Index(fields=["case", "-id"], name="audit_line_case", condition=~models.Q(case="")),
            models.Index(fields=["actor", "-id"], name="audit_line_actor"),
            # Lines come in order of time, so a few bytes for every 32 pages find a day.
            BrinIndex(fields=["at"], name="audit_line_at", pages_per_range=32),
        ]


class Seal(models.Model):
    """SM3 over the lines of transactions [from_xid, to_xid) and the seal before. ``mark`` is keyed: whoever may write tables but has
    no keys can compute the digests of a rewritten trail, and not its marks."""

    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    count = models.IntegerField()
    digest = models.BinaryField()
    at = models.DateTimeField()
    mark = models.BinaryField(default=b"")

    class Meta:
        db_table = "audit_seal"
        constraints = [models.UniqueConstraint(fields=["from_xid"], name="audit_seal_once")]
