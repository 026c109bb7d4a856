"""我的中心: the center a person chose, remembered sealed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CenterRow',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='people.person')),
                ('body', models.BinaryField()),
                ('chosen_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'people_center',
            },
        ),
    ]
