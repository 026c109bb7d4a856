from django.db import migrations, models


class Migration(migrations.Migration):
    """What nobody has looked at, for the alarms of supervisors."""

    dependencies = [("cases", "0005_never_emptied")]

    operations = [
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(
                fields=["holder", "opened_on"],
                name="cases_unlooked",
                condition=models.Q(("closed", False), ("looked", False)),
            ),
        ),
    ]
