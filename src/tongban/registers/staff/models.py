"""Tables of the staff register: who works here, what they may do where and since when, and the tokens of machines.
A power that ended stays as a row, so that the audit trail can always be read against it."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from tongban.plumbing.ids import new_id


class StaffManager(BaseUserManager["Staff"]):
    """Finds a member of staff by login, whatever the case it was typed in."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        """The member with this login; logins are kept in lower case."""
        return self.get(login=(username or "").strip().lower())


class Staff(AbstractBaseUser):
    """A member of staff. ``center`` is the 9-digit code of the place of work (6 digits for district and city offices)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    login = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    center = models.CharField(max_length=12, db_index=True)
    active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    # Django's own field is written by a signal; ours is written by the flow that signs in.
    last_login = None
    signed_in_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: list[str] = []
    objects = StaffManager()

    class Meta:
        db_table = "staff_staff"

    @property
    def is_active(self) -> bool:
        """What Django's backend asks before it lets anyone in."""
        return self.active

    @property
    def ref(self) -> str:
        """The pseudonymous reference used as Actor.ref."""
        return f"staff:{self.id}"


class Power(models.Model):
    """A power of one member within one place, from a moment until a moment (open: none)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="powers")
    power = models.CharField(max_length=40)
    place = models.CharField(max_length=12)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=60)
    revoked_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "staff_power"
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "power", "place"], condition=Q(revoked_by=""), name="staff_power_once"
            )
        ]


class Token(models.Model):
    """A machine's key. Only its SM3 digest is kept; ``hint`` is its first characters, to tell tokens apart."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    place = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=12)
    # [[power, place], …]
    powers = models.JSONField()
    issued_by = models.CharField(max_length=60)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_token"
