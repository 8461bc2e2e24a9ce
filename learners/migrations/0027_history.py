from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The history of the whole site finds the newest events of each table by their time (N5)."""

    atomic = False
    dependencies = [
        ('learners', '0026_erased_extracts'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0034_seal_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='areaevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_ar_pgh_cre_d4060e_idx'),
        ),
        AddIndexConcurrently(
            model_name='arearequirementevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_ar_pgh_cre_3a6d64_idx'),
        ),
        AddIndexConcurrently(
            model_name='assessmentmethodevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_as_pgh_cre_441c99_idx'),
        ),
        AddIndexConcurrently(
            model_name='competencyrecordevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_co_pgh_cre_6d76df_idx'),
        ),
        AddIndexConcurrently(
            model_name='complianceitemevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_co_pgh_cre_a06655_idx'),
        ),
        AddIndexConcurrently(
            model_name='evidenceuploadevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_ev_pgh_cre_35616c_idx'),
        ),
        AddIndexConcurrently(
            model_name='learnerareaevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_le_pgh_cre_dc38e2_idx'),
        ),
        AddIndexConcurrently(
            model_name='learnerevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_le_pgh_cre_5b3381_idx'),
        ),
        AddIndexConcurrently(
            model_name='learnerhourslogevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_le_pgh_cre_d80e11_idx'),
        ),
        AddIndexConcurrently(
            model_name='learnerprogressionevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_le_pgh_cre_ad6677_idx'),
        ),
        AddIndexConcurrently(
            model_name='progressioneventevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_pr_pgh_cre_66c365_idx'),
        ),
        AddIndexConcurrently(
            model_name='registerimportevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_re_pgh_cre_834bfd_idx'),
        ),
        AddIndexConcurrently(
            model_name='registerstandingevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_re_pgh_cre_487738_idx'),
        ),
        AddIndexConcurrently(
            model_name='revocationevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_re_pgh_cre_06ad8b_idx'),
        ),
        AddIndexConcurrently(
            model_name='roleevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_ro_pgh_cre_390ec2_idx'),
        ),
        AddIndexConcurrently(
            model_name='rolerequirementevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_ro_pgh_cre_43c940_idx'),
        ),
        AddIndexConcurrently(
            model_name='trainingrecordevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_tr_pgh_cre_cf9733_idx'),
        ),
        AddIndexConcurrently(
            model_name='workernumberevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='learners_wo_pgh_cre_643d99_idx'),
        ),
        AddIndexConcurrently(
            model_name='evidenceread',
            index=models.Index(fields=['read_at', 'id'], name='evidence_read_at'),
        ),
    ]
