"""Tables of the counters: a visit is one person served at one window, and it is the reason for every look at that person."""

from django.db import models
from django.db.models import Q


class Visit(models.Model):
    """接待: who is served where by whom, for whom, since when. Looks at personal data name the visit as their reason."""

    id = models.UUIDField(primary_key=True)
    center = models.CharField(max_length=9)
    staff = models.TextField()
    applicant = models.UUIDField()
    agent = models.UUIDField(null=True)
    mandate = models.UUIDField(null=True)
    how = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "counters_visit"
        indexes = [
            models.Index(fields=["center", "-opened_at"], name="counters_visit_open", condition=Q(closed_at=None))
        ]
