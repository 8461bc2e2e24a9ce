from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('config', '0005_tokens_end'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='idempotentanswer',
            name='idempotent_answer_is_a_success',
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='context_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='for_htmx',
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='headers',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='messages',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='page',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddIndex(
            model_name='idempotentanswer',
            index=models.Index(fields=['created_at'], name='idempotent_answer_created_at'),
        ),
        migrations.AddConstraint(
            model_name='idempotentanswer',
            constraint=models.CheckConstraint(condition=models.Q(('status__isnull', True), ('status__range', (200, 399)), _connector='OR'), name='idempotent_answer_is_no_refusal'),
        ),
        # Backwards, the answers of forms go first: the older rule knows no redirects.
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM config_idempotentanswer WHERE status >= 300"),
    ]
