"""Tables of the mail room: letters to be sent, how far each lane is, what could not be applied and why, what was asked of other
nodes, and when each was last heard. Bodies are sealed: a letter may carry a whole dossier."""

from django.db import models
from django.db.models import Q


class LetterRow(models.Model):
    """A letter to another node, written in the transaction of the act it tells of. The mail room numbers it (``seq``)
    afterwards: a counter taken by the writer would let the acts of a whole node wait for each other."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField()
    to_node = models.TextField()
    lane = models.TextField()
    kind = models.TextField()
    # The case it is about, and the last entry it carries: for custody on the clerk's screen.
    number = models.CharField(max_length=25, default="")
    n = models.IntegerField(default=0)
    at = models.DateTimeField()
    size = models.IntegerField()
    body = models.BinaryField()
    seq = models.BigIntegerField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_letter"
        indexes = [
            models.Index(fields=["id"], name="exchange_unnumbered", condition=Q(seq__isnull=True)),
            models.Index(fields=["number"], name="exchange_of_case", condition=Q(kind="dossier")),
            models.Index(fields=["at"], name="exchange_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["to_node", "lane", "seq"], name="exchange_lane_once", condition=Q(seq__isnull=False)
            )
        ]


class OutLane(models.Model):
    """A lane to another node: the last number given, how far it is in the stream, and how far the other node applied it."""

    to_node = models.TextField()
    lane = models.TextField()
    last = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    # How often the other node asked for letters again: a bag sent again is no duplicate in the stream.
    turn = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    pk = models.CompositePrimaryKey("to_node", "lane")

    class Meta:
        db_table = "exchange_out_lane"


class InLane(models.Model):
    """A lane from another node: the last number applied or parked. Bags beyond a gap wait in BagRow."""

    from_node = models.TextField()
    lane = models.TextField()
    last = models.BigIntegerField(default=0)
    # How far the other node says it has sent.
    known = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    pk = models.CompositePrimaryKey("from_node", "lane")

    class Meta:
        db_table = "exchange_in_lane"


class BagRow(models.Model):
    """A bag as it came, kept because letters before it are missing, or because it could not be opened."""

    id = models.BigAutoField(primary_key=True)
    from_node = models.TextField()
    lane = models.TextField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    at = models.DateTimeField()
    # Empty: letters before it are missing. Else why it could not be opened.
    reason = models.TextField(default="")
    detail = models.TextField(default="")
    body = models.BinaryField()

    class Meta:
        db_table = "exchange_bag"
        indexes = [models.Index(fields=["from_node", "lane", "first"], name="exchange_bag_lane")]


class ParkedRow(models.Model):
    """A letter that could not be applied: never dropped, shown with its reason, tried again."""

    id = models.BigAutoField(primary_key=True)
    from_node = models.TextField()
    lane = models.TextField()
    seq = models.BigIntegerField()
    schema = models.IntegerField()
    kind = models.TextField(default="")
    number = models.CharField(max_length=25, default="")
    reason = models.TextField()
    detail = models.TextField(default="")
    at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    body = models.BinaryField()

    class Meta:
        db_table = "exchange_parked"
        indexes = [models.Index(fields=["number", "id"], name="exchange_parked_case")]
        constraints = [models.UniqueConstraint(fields=["from_node", "lane", "seq"], name="exchange_parked_once")]


class RequestRow(models.Model):
    """An act asked of another node, and what became of it. The arguments travel in the letter and are not kept
    here, but for the part of a life event that it is about (``item``)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=25)
    act = models.TextField()
    # A program without it may still write: webs are started anew one by one after a migration.
    item = models.TextField(default="", db_default="")
    to_node = models.TextField()
    by = models.TextField()
    center = models.TextField(default="")
    at = models.DateTimeField()
    state = models.TextField(default="waiting")
    code = models.TextField(default="")
    text = models.JSONField(default=dict)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_request"
        indexes = [models.Index(fields=["number", "at"], name="exchange_request_case")]


class CameRow(models.Model):
    """An act asked of this node, sealed, until it is done."""

    id = models.UUIDField(primary_key=True)
    from_node = models.TextField()
    at = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        db_table = "exchange_came"
        indexes = [models.Index(fields=["at", "id"], name="exchange_came_oldest")]


class QuestionRow(models.Model):
    """A question to the city about cases held elsewhere, and which were found; swept after a day."""

    id = models.UUIDField(primary_key=True)
    # Of whom, when it asks for what a person has under way.
    person = models.UUIDField(null=True)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(null=True)
    numbers = models.JSONField(default=list)

    class Meta:
        db_table = "exchange_question"


class DraftRow(models.Model):
    """Where the draft of a person lies, without what it says: at the city node all drafts; at another those of which the city spoke when
    it was asked about a person, for a day, and those that were asked for (``wanted_at``) until they come."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    kind = models.TextField()
    code = models.TextField()
    center = models.CharField(max_length=9, default="")
    saved_at = models.DateTimeField()
    node = models.TextField()
    moves = models.IntegerField(default=0)
    number = models.CharField(max_length=25, default="")
    heard_at = models.DateTimeField()
    wanted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_draft"
        indexes = [
            models.Index(fields=["person", "saved_at"], name="exchange_draft_person"),
            models.Index(fields=["saved_at"], name="exchange_draft_age"),
        ]


class WatchRow(models.Model):
    """At the city node: nodes that asked for a case at a counter and hear of it from then on."""

    number = models.CharField(max_length=25)
    node = models.TextField()
    pk = models.CompositePrimaryKey("number", "node")

    class Meta:
        db_table = "exchange_watch"


class RecallRow(models.Model):
    """A restored node that asked for every fact since a moment, and the last case of which they were written again."""

    node = models.TextField(primary_key=True)
    since = models.DateTimeField()
    after = models.CharField(max_length=25, default="")
    cases = models.IntegerField(default=0)
    # The moment of the letter that asked.
    asked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_recall"


class SentFile(models.Model):
    """A file that a node has been sent, and when last: within some days each goes once."""

    to_node = models.TextField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    pk = models.CompositePrimaryKey("to_node", "digest")

    class Meta:
        db_table = "exchange_sent_file"


class PieceRow(models.Model):
    """A piece of a file that is not yet whole, sealed."""

    from_node = models.TextField()
    digest = models.CharField(max_length=64)
    place = models.IntegerField()
    size = models.IntegerField()
    at = models.DateTimeField()
    body = models.BinaryField()
    pk = models.CompositePrimaryKey("from_node", "digest", "place")

    class Meta:
        db_table = "exchange_piece"


class AwaitedFile(models.Model):
    """A file that a dossier names and that is still under way."""

    number = models.CharField(max_length=25)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    at = models.DateTimeField()
    pk = models.CompositePrimaryKey("number", "digest")

    class Meta:
        db_table = "exchange_awaited_file"
        indexes = [models.Index(fields=["digest"], name="exchange_awaited_digest")]


class PeerRow(models.Model):
    """Another node as it was last heard: when, its clock, the version of its letters, the digest of its catalog."""

    node = models.TextField(primary_key=True)
    heard_at = models.DateTimeField()
    clock = models.DateTimeField()
    schema = models.IntegerField()
    catalog = models.TextField(default="")
    waiting = models.IntegerField(default=0)
    program = models.TextField(default="")

    class Meta:
        db_table = "exchange_peer"


class RelayRow(models.Model):
    """Whether the mail room sleeps: only then does a writer wake it, because NOTIFY makes commits wait for each other."""

    id = models.IntegerField(primary_key=True)
    asleep = models.BooleanField(default=False)
    # Set while a node restored from a backup catches up; its web stays shut until then.
    recalling = models.DateTimeField(null=True)
    # The nodes that were asked and have not yet answered.
    recall_of = models.JSONField(default=list, db_default=[])
    # When one of them last answered, and when another node last said that we forgot letters.
    recalled_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_relay"
