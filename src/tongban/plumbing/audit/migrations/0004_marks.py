from django.db import migrations, models


def mark(apps, schema_editor):
    """Give the seals that are there a mark each; from now on the sealer does."""
    from tongban.plumbing.audit.service import mark_of

    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select id, from_xid, to_xid, count, digest, at from audit_seal")
        seals = cursor.fetchall()
        if not seals:
            return
        cursor.execute("alter table audit_seal disable trigger audit_seal_append_only")
        for id_, start, end, count, digest, at in seals:
            cursor.execute(
                "update audit_seal set mark = %s where id = %s", [mark_of(start, end, count, bytes(digest), at), id_]
            )
        cursor.execute("alter table audit_seal enable trigger audit_seal_append_only")


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_never_emptied")]
    operations = [
        migrations.AddField(model_name="seal", name="mark", field=models.BinaryField(default=b"")),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
