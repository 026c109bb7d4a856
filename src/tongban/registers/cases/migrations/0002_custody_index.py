from django.db import migrations, models


class Migration(migrations.Migration):
    """The custody tab reads one small index instead of all open cases that a center received."""

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="caserow", name="cases_received_open"),
        migrations.AddIndex(
            model_name="caserow",
            index=models.Index(
                fields=["receiving", "due_on", "number"],
                name="cases_custody",
                condition=models.Q(("closed", False), models.Q(("custody", "here"), _negated=True)),
            ),
        ),
    ]
