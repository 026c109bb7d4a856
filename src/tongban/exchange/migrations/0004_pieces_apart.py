"""Pieces are kept apart by sender, files sent are remembered for some days only, and words about forgotten letters are noted.

Pieces under way are dropped with their table: they are asked for again only by their lane, so this migration belongs to a release
in which nothing is under way (the first one with more than one node)."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("exchange", "0003_recall_of")]

    operations = [
        migrations.AddField("relayrow", "recalled_at", models.DateTimeField(null=True)),
        migrations.AddField("relayrow", "told_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "sentfile", "at", models.DateTimeField(default=django.utils.timezone.now), preserve_default=False
        ),
        migrations.DeleteModel("PieceRow"),
        migrations.CreateModel(
            "PieceRow",
            [
                ("pk", models.CompositePrimaryKey("from_node", "digest", "place", blank=True, editable=False, primary_key=True, serialize=False)),
                ("from_node", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("place", models.IntegerField()),
                ("size", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("body", models.BinaryField()),
            ],
            options={"db_table": "exchange_piece"},
        ),
    ]
