"""Table of enquiries (协查): questions to departments that answer by a person. Question and answer may name people: sealed."""

from django.db import models
from django.db.models import Q


class EnquiryRow(models.Model):
    """One enquiry; written twice at most: asked, answered."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=25)
    department = models.TextField()
    material = models.TextField()
    center = models.CharField(max_length=9)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    question = models.BinaryField()
    answered_by = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    holds = models.BooleanField(null=True)
    answer = models.BinaryField(default=b"")

    class Meta:
        db_table = "enquiries_enquiry"
        indexes = [
            models.Index(fields=["department", "due_on", "id"], name="enquiries_open", condition=Q(answered_at=None)),
            models.Index(fields=["number"], name="enquiries_number"),
        ]
