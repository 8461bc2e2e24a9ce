from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The history of the whole site finds the newest events of each table by their time (N5)."""

    atomic = False
    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('training', '0036_job_broke_down'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # What one person did: by the login that the context of its events names.
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY context_user ON pghistory_context ((metadata ->> 'user'))",
            "DROP INDEX CONCURRENTLY context_user",
        ),
        AddIndexConcurrently(
            model_name='calendarfeedevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_ca_pgh_cre_74accb_idx'),
        ),
        AddIndexConcurrently(
            model_name='classattendancesessionevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_cl_pgh_cre_892957_idx'),
        ),
        AddIndexConcurrently(
            model_name='companyevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_co_pgh_cre_a60ed9_idx'),
        ),
        AddIndexConcurrently(
            model_name='courseevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_co_pgh_cre_f843af_idx'),
        ),
        AddIndexConcurrently(
            model_name='courseprerequisiteevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_co_pgh_cre_240cc7_idx'),
        ),
        AddIndexConcurrently(
            model_name='courseversionevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_co_pgh_cre_32c6f1_idx'),
        ),
        AddIndexConcurrently(
            model_name='grouppermissionevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_gr_pgh_cre_86c04e_idx'),
        ),
        AddIndexConcurrently(
            model_name='importaliasevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_im_pgh_cre_31e632_idx'),
        ),
        AddIndexConcurrently(
            model_name='importevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_im_pgh_cre_98c12f_idx'),
        ),
        AddIndexConcurrently(
            model_name='loginevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_lo_pgh_cre_4708cd_idx'),
        ),
        AddIndexConcurrently(
            model_name='logingroupevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_lo_pgh_cre_9db0c2_idx'),
        ),
        AddIndexConcurrently(
            model_name='loginpermissionevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_lo_pgh_cre_cc9acc_idx'),
        ),
        AddIndexConcurrently(
            model_name='membershipevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_me_pgh_cre_96bfe4_idx'),
        ),
        AddIndexConcurrently(
            model_name='sessionevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_se_pgh_cre_f4927b_idx'),
        ),
        AddIndexConcurrently(
            model_name='siteevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_si_pgh_cre_86bfc7_idx'),
        ),
        AddIndexConcurrently(
            model_name='trainerevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_tr_pgh_cre_3f912c_idx'),
        ),
        AddIndexConcurrently(
            model_name='trainerqualificationevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_tr_pgh_cre_af6db3_idx'),
        ),
        AddIndexConcurrently(
            model_name='trainingclassevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_tr_pgh_cre_d5c857_idx'),
        ),
        AddIndexConcurrently(
            model_name='venueevent',
            index=models.Index(fields=['pgh_created_at', 'pgh_id'], name='training_ve_pgh_cre_c375d8_idx'),
        ),
        AddIndexConcurrently(
            model_name='filedownload',
            index=models.Index(fields=['taken_at', 'id'], name='file_download_at'),
        ),
    ]
