from django.db import migrations, models


class Migration(migrations.Migration):
    """A download says what was asked for, and whether a job made the file. The column has a constant default (O3)."""

    dependencies = [("training", "0020_session_defaults")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AddField(
            model_name="filedownload",
            name="query",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="asked for"),
        ),
        migrations.AlterField(
            model_name="filedownload",
            name="job",
            field=models.PositiveBigIntegerField(
                default=0, help_text="0 for a short file, which no job made.", verbose_name="number of the job"
            ),
        ),
    ]
