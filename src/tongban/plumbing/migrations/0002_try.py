from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plumbing", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Try",
            fields=[
                ("pk", models.CompositePrimaryKey("name", "who", blank=True, editable=False, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("who", models.BinaryField()),
                ("since", models.DateTimeField()),
                ("count", models.IntegerField()),
            ],
            options={
                "db_table": "plumbing_try",
                "indexes": [models.Index(fields=["since"], name="plumbing_try_since")],
            },
        ),
    ]
