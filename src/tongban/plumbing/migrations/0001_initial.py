from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="DoneAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField()),
                ("key", models.TextField()),
                ("act", models.TextField()),
                ("fingerprint", models.BinaryField()),
                ("answer", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "plumbing_done_act",
                "constraints": [models.UniqueConstraint(fields=["actor", "key"], name="plumbing_done_once")],
            },
        ),
    ]
