from django.db import migrations, models

APPEND_ONLY = """
create function audit_append_only() returns trigger language plpgsql as $$
begin raise exception 'audit lines are never changed or removed'; end $$;
create trigger audit_line_append_only before update or delete on audit_line
  for each row execute function audit_append_only();
create trigger audit_seal_append_only before update or delete on audit_seal
  for each row execute function audit_append_only();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("act", models.TextField()),
                ("actor", models.TextField()),
                ("place", models.TextField(default="")),
                ("case", models.TextField(default="")),
                ("person", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("detail", models.TextField(default="")),
                ("xid", models.BigIntegerField()),
            ],
            options={
                "db_table": "audit_line",
                "indexes": [
                    models.Index(fields=["xid"], name="audit_line_xid"),
                    models.Index(fields=["person", "-id"], name="audit_line_person", condition=~models.Q(person="")),
                    models.Index(fields=["case", "-id"], name="audit_line_case", condition=~models.Q(case="")),
                    models.Index(fields=["actor", "-id"], name="audit_line_actor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_xid", models.BigIntegerField()),
                ("to_xid", models.BigIntegerField()),
                ("count", models.IntegerField()),
                ("digest", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "audit_seal",
                "constraints": [models.UniqueConstraint(fields=["from_xid"], name="audit_seal_once")],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, "drop function audit_append_only cascade"),
    ]
