from django.conf import settings
from django.db import migrations, models

ONE_OF_EACH = """
DELETE FROM training_importheadings older
 USING training_importheadings newer
 WHERE newer.headings = older.headings AND newer.kind = older.kind
   AND (newer.agreed_at, newer.id) > (older.agreed_at, older.id)
"""


class Migration(migrations.Migration):
    """What is agreed on for headings is remembered for each sender, because two may write days in other ways (I3)."""

    dependencies = [
        ("training", "0029_certificates_of_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RemoveConstraint(model_name="importheadings", name="import_headings_once"),
        migrations.AddField(
            model_name="importheadings",
            name="sender",
            field=models.CharField(blank=True, db_default="", max_length=150, verbose_name="sender"),
        ),
        migrations.AddConstraint(
            model_name="importheadings",
            constraint=models.UniqueConstraint(fields=("headings", "kind", "sender"), name="import_headings_once"),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, ONE_OF_EACH),
    ]
