"""Tables of the people register: who was met, what is known of them and since when, who may act for whom, and what was
agreed to. Everything that names or describes a person is sealed; only codes, dates and references lie open. Birth and sex
are not columns: they are in the number, or a known value like any other."""

from django.db import models
from django.db.models import Q

from tongban.plumbing.ids import new_id


class Person(models.Model):
    """A person, once for each number. ``identity`` is the sealed domain.person.Identity; the blinds are keyed indexes of
    number and name (plumbing.crypto.blind). Someone without papers has no number, and is met anew each time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    id_kind = models.TextField()
    number_blind = models.BinaryField(null=True)
    name_blind = models.BinaryField()
    identity = models.BinaryField()
    met_at = models.DateTimeField()

    class Meta:
        db_table = "people_person"
        constraints = [models.UniqueConstraint(fields=["id_kind", "number_blind"], name="people_person_once")]
        indexes = [models.Index(fields=["name_blind"], name="people_person_name")]


class Datum(models.Model):
    """One known value: of whom, which element, from which source (department code, ``counter``, ``card``, ``self``), as of
    when, how far trusted (A–D). The newest of each source is kept; nothing is overwritten by something older."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False)
    element = models.TextField()
    source = models.TextField()
    value = models.BinaryField()
    as_of = models.DateTimeField()
    grade = models.CharField(max_length=1)
    kept_at = models.DateTimeField()
    pk = models.CompositePrimaryKey("person_id", "element", "source")

    class Meta:
        db_table = "people_datum"
        constraints = [models.CheckConstraint(condition=Q(grade__in=["A", "B", "C", "D"]), name="people_datum_grade")]


class MandateRow(models.Model):
    """委托: the agent may act for the principal (a person reference, or the credit code of an organisation). ``body`` is the
    sealed domain.consent.Mandate; the columns beside it are what is searched by."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False)
    principal = models.TextField()
    body = models.BinaryField()
    paper = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    revoked_on = models.DateField(null=True)
    revoked_by = models.TextField(default="")

    class Meta:
        db_table = "people_mandate"
        indexes = [
            models.Index(fields=["agent", "principal"], name="people_mandate_agent"),
            models.Index(fields=["principal"], name="people_mandate_principal"),
            models.Index(fields=["paper"], name="people_mandate_paper", condition=~Q(paper="")),
        ]


class ConsentRow(models.Model):
    """授权: the person lets the city ask for these kinds of data, for a purpose, on a visit or a case, until a moment or for
    once. Codes and moments only, nothing to seal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False)
    purpose = models.TextField()
    kinds = models.JSONField()
    about = models.TextField(default="")
    once = models.BooleanField(default=False)
    given_at = models.DateTimeField()
    given_by = models.TextField()
    until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_consent"
        indexes = [models.Index(fields=["person", "given_at"], name="people_consent_person")]


class CenterRow(models.Model):
    """我的中心: the center that a person chose as theirs. It says about where somebody lives, so it is sealed."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True)
    body = models.BinaryField()
    chosen_at = models.DateTimeField()

    class Meta:
        db_table = "people_center"
