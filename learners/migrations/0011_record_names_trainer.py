from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A record of a session names its trainer.

    NOT VALID: a race once wrote records without one, and what is written is never rewritten (O3). New rows are held to
    it from here on.
    """

    dependencies = [("learners", "0010_people")]

    operations = [
        AddConstraintNotValid(
            model_name="trainingrecord",
            constraint=models.CheckConstraint(
                condition=Q(session__isnull=True) | ~Q(trainer_name__in=("", "None")),
                name="record_of_session_names_trainer",
                violation_error_message="A record of a session names its trainer.",
            ),
        ),
    ]
