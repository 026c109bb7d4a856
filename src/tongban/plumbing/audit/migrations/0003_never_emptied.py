"""The trail and its seals are not emptied, either (plumbing/migrations/0004_refuse_truncate.py says how and why)."""

from django.db import migrations

TABLES = ("audit_line", "audit_seal")
KEEP = "create trigger {0}_kept before truncate on {0} for each statement execute function refuse_truncate()"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_by_time"), ("plumbing", "0004_refuse_truncate")]
    operations = [
        migrations.RunSQL(KEEP.format(table), f"drop trigger {table}_kept on {table}") for table in TABLES
    ]
