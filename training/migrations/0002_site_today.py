from django.db import migrations


class Migration(migrations.Migration):
    """What "today" means in SQL: the site's date, or the day a back-dated change takes effect."""

    dependencies = [("training", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION site_today() RETURNS date LANGUAGE sql STABLE AS $$
              SELECT (now() AT TIME ZONE coalesce((SELECT time_zone FROM public.training_site WHERE id = 1), 'UTC'))::date $$;
            CREATE FUNCTION site_effective_date() RETURNS date LANGUAGE sql STABLE AS $$
              SELECT coalesce(nullif(current_setting('siteproof.effective_on', true), '')::date, public.site_today()) $$;
            COMMENT ON FUNCTION site_effective_date IS
              'The day on which changes of this transaction take effect in the dated history (C8)';
            """,
            "DROP FUNCTION site_effective_date(); DROP FUNCTION site_today();",
        )
    ]
