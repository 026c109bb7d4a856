from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("plumbing", "0002_try")]
    operations = [
        migrations.AddIndex(model_name="doneact", index=BrinIndex(fields=["at"], name="plumbing_done_at")),
    ]
