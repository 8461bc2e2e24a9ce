import django.contrib.postgres.constraints
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    """A badge that was mistyped is kept as overruled, and may be somebody else's (L3).

    A transaction of its own: the index behind the constraint is built anew, under a lock of the badges' periods alone
    (1 s for 200,000 of them).
    """

    dependencies = [("learners", "0013_history_keeps_everything")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RemoveConstraint(model_name="badgeperiod", name="badge_of_one_person_for_good"),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            """ALTER TABLE learners_badgeperiod DISABLE TRIGGER badgeperiod_keeps_its_rows;
               DELETE FROM learners_badgeperiod WHERE overruled_at IS NOT NULL;
               ALTER TABLE learners_badgeperiod ENABLE TRIGGER badgeperiod_keeps_its_rows;""",
        ),
        migrations.AddConstraint(
            model_name="badgeperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("overruled_at", None)),
                expressions=[(django.db.models.functions.text.Upper("badge_id"), "="), ("learner", "<>")],
                name="badge_of_one_person_for_good",
                violation_error_message="This badge belongs, or belonged, to somebody else.",
            ),
        ),
    ]
