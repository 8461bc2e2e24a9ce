from django.db import migrations, models


class Migration(migrations.Migration):
    """Which files of a ZIP are the certificates of an import, and when its stored workbook was deleted (I7)."""

    dependencies = [("training", "0028_kept_for_undoing")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AddField(
            model_name="import",
            name="certificates",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()), default=dict, verbose_name="certificates"
            ),
        ),
        migrations.AddField(
            model_name="importfile",
            name="deleted_at",
            field=models.DateTimeField(null=True, verbose_name="deleted at"),
        ),
    ]
