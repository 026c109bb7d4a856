"""What was published is not emptied, either (plumbing/migrations/0004_refuse_truncate.py says how and why)."""

from django.db import migrations

TABLES = ("catalog_publication", "catalog_item_version")
KEEP = "create trigger {0}_kept before truncate on {0} for each statement execute function refuse_truncate()"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_arriving"), ("plumbing", "0004_refuse_truncate")]
    operations = [
        migrations.RunSQL(KEEP.format(table), f"drop trigger {table}_kept on {table}") for table in TABLES
    ]
