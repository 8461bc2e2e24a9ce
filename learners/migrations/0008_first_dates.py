from django.db import migrations, models

FILL = """
UPDATE learners_learner learner
   SET not_cleared_since = first.red, next_expiry = first.expiry
  FROM (SELECT learner_id, min(key_date) FILTER (WHERE status = 'NON_COMPLIANT') AS red,
               min(expiry_date) FILTER (WHERE status = 'COMPLIANT') AS expiry
          FROM learners_complianceitem GROUP BY learner_id) first
 WHERE learner.id = first.learner_id AND (first.red, first.expiry) IS DISTINCT FROM (NULL, NULL)
"""


class Migration(migrations.Migration):
    """Two more stored answers of a worker, by which Today counts and orders without looking at items."""

    dependencies = [("learners", "0007_compliance_run")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.AddField(
            "learner",
            "not_cleared_since",
            models.DateField(editable=False, null=True, verbose_name="not cleared since"),
        ),
        migrations.AddField(
            "learner",
            "next_expiry",
            models.DateField(editable=False, null=True, verbose_name="next expiry"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
