"""Tables of the catalog: what was published, when and by whom. Publications and versions are only ever inserted (a trigger
refuses more); whether an item is open today is the one thing that changes."""

from django.db import models


class PublicationRow(models.Model):
    """One publication of the whole city: places, calendar, elements, materials, item headers; versions lie apart."""

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField()
    published_at = models.DateTimeField()
    by = models.TextField()
    note = models.TextField(default="")
    # JSON as it was digested, so text and not jsonb: the bytes must stay what they are.
    body = models.TextField()

    class Meta:
        db_table = "catalog_publication"
        indexes = [models.Index(fields=["-published_at", "-id"], name="catalog_newest")]


class ItemVersionRow(models.Model):
    """One dated, immutable version of an item, without the item's header."""

    code = models.TextField()
    version = models.IntegerField()
    valid_from = models.DateField()
    digest = models.BinaryField()
    body = models.TextField()
    publication = models.ForeignKey(PublicationRow, on_delete=models.PROTECT)

    class Meta:
        db_table = "catalog_item_version"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="catalog_version_once")]


class ArrivingRow(models.Model):
    """A version that came by letter from the city node and waits for the rest of its publication."""

    publication_id = models.UUIDField()
    code = models.TextField()
    version = models.IntegerField()
    valid_from = models.DateField()
    digest = models.BinaryField()
    body = models.TextField()
    pk = models.CompositePrimaryKey("publication_id", "code", "version")

    class Meta:
        db_table = "catalog_arriving"


class ItemState(models.Model):
    """Whether an item takes applications. No row: it is open. A closed item keeps its drafts and running cases."""

    code = models.TextField(primary_key=True)
    open = models.BooleanField()
    reason = models.TextField(default="")
    since = models.DateTimeField()
    by = models.TextField()

    class Meta:
        db_table = "catalog_item_state"
