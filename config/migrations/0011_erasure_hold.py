import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Workers who are not erased while a claim or an authority stops it (T6)."""

    dependencies = [("config", "0010_invitations"), ("learners", "0025_import_turns")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.CreateModel(
            name="ErasureHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="reason")),
                ("held_by", models.CharField(max_length=150, verbose_name="suspended by")),
                ("held_at", models.DateTimeField(verbose_name="suspended at")),
                ("ended_by", models.CharField(blank=True, max_length=150, verbose_name="resumed by")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="resumed at")),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learners.learner",
                        verbose_name="worker",
                    ),
                ),
            ],
            options={
                "verbose_name": "suspended erasure",
                "verbose_name_plural": "suspended erasures",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason__trim__length__gt", 0)),
                        name="erasure_hold_has_reason",
                        violation_error_message="Say why the erasure is suspended.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("learner",),
                        name="erasure_hold_one_open_of_a_worker",
                    ),
                ],
            },
        ),
    ]
