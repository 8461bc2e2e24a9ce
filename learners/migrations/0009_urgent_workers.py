from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

ON_SITE = models.Q(status="ACTIVE", merged_into__isnull=True)


class Migration(migrations.Migration):
    """The indexes of Today, built CONCURRENTLY, which no transaction may hold."""

    atomic = False
    dependencies = [("learners", "0008_first_dates")]
    operations = [
        AddIndexConcurrently(
            "learner",
            models.Index(
                fields=("compliance_status", "compliance_holds_until", "next_expiry"),
                condition=ON_SITE,
                name="learner_on_site",
            ),
        ),
        AddIndexConcurrently(
            "learner",
            models.Index(
                fields=("not_cleared_since", "sort_key"),
                condition=ON_SITE & models.Q(compliance_status="NON_COMPLIANT"),
                name="learner_not_cleared",
            ),
        ),
        AddIndexConcurrently(
            "learner",
            models.Index(
                fields=("next_expiry", "sort_key"),
                condition=ON_SITE & models.Q(next_expiry__isnull=False),
                name="learner_by_next_expiry",
            ),
        ),
    ]
