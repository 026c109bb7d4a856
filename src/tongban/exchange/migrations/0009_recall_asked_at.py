from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("exchange", "0008_request_item"),
    ]

    operations = [
        migrations.AddField(
            model_name="recallrow",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
    ]
