"""Tables of the credentials register: e-licences fetched from departments and results issued by the city. Number and
contents are sealed; kind, dates and state lie open, because lists and expiry need them."""

from django.db import models
from django.db.models import Q

from tongban.plumbing.ids import new_id


class Credential(models.Model):
    """One e-licence of one holder (a person of registers.people, by reference: no key leaves a register).

    Two holders of one licence (both spouses of a marriage, a household) have a row each. ``body`` is the whole, sealed; the
    columns beside it repeat what is searched by, and are compared with it whenever it is opened. ``state``: valid; gone
    (the department no longer gives it); stopped (frozen or ended with its holder's life event, until that is lifted);
    revoked (by the city, for good).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField()
    holder = models.UUIDField()
    number_blind = models.BinaryField()
    body = models.BinaryField()
    valid_until = models.DateField(null=True)
    state = models.TextField(default="valid")
    source = models.TextField()
    as_of = models.DateTimeField()
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "credentials_credential"
        constraints = [
            models.UniqueConstraint(fields=["holder", "kind", "number_blind"], name="credentials_once"),
            models.CheckConstraint(
                condition=Q(state__in=["valid", "revoked", "gone", "stopped"]), name="credentials_state"
            ),
        ]
        indexes = [models.Index(fields=["kind", "number_blind"], name="credentials_number")]
