from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="line", index=BrinIndex(fields=["at"], name="audit_line_at", pages_per_range=32),
        ),
    ]
