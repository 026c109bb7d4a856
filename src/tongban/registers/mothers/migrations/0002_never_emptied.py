"""The log of the mother cases is not emptied, either (plumbing/migrations/0004_refuse_truncate.py says how and why)."""

from django.db import migrations

TABLES = ("mothers_fact",)
KEEP = "create trigger {0}_kept before truncate on {0} for each statement execute function refuse_truncate()"


class Migration(migrations.Migration):
    dependencies = [("mothers", "0001_initial"), ("plumbing", "0004_refuse_truncate")]
    operations = [
        migrations.RunSQL(KEEP.format(table), f"drop trigger {table}_kept on {table}") for table in TABLES
    ]
