from django.db import migrations

TABLES = ("config_lastday", "mfa_authenticator", "socialaccount_socialaccount")


class Migration(migrations.Migration):
    """Second factors, accounts of companies and last days of logins are not emptied past the triggers that audit them."""

    dependencies = [
        ("config", "0015_history"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("training", "0018_squashed_guards"),
    ]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate()",
                f"DROP TRIGGER {table}_no_truncate ON {table}",
            )
            for table in TABLES
        ),
    ]
