from django.db import migrations, models


class Migration(migrations.Migration):
    """What an import changed, as it is stored, so that it can go back (I8).

    A column with a constant default: neither rows nor the trigger that keeps them are touched.
    """

    dependencies = [("training", "0027_import_guards")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AddField(
            model_name="importedrow",
            name="kept",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()), default=dict, verbose_name="kept for undoing"
            ),
        ),
    ]
