"""Who leaves by a file that holds everybody, and with whom a worker is whom two lists name (I9): two more values.

Nothing is altered in the database: choices are Django's own.
"""

from django.db import migrations, models

THINGS = ("company", "role", "area", "course", "venue", "trainer", "worker", "session", "class", "employer")
OUTCOMES = ("new", "changed", "same", "refused", "asked", "leaving", "left out")
THING = models.CharField(choices=[(each, each) for each in THINGS], max_length=10, verbose_name="what is named")


class Migration(migrations.Migration):
    dependencies = [("training", "0030_import_headings_by_sender")]

    operations = [
        migrations.AlterField(model_name="importalias", name="thing", field=THING),
        migrations.AlterField(model_name="importaliasevent", name="thing", field=THING.clone()),
        migrations.AlterField(
            model_name="importrow",
            name="outcome",
            field=models.CharField(
                blank=True, choices=[(each, each) for each in OUTCOMES], db_default="", max_length=8
            ),
        ),
    ]
