from django.db import migrations

# An append-only table, and a table that cannot be emptied past the triggers that see rows.
APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change('{key}');
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();
"""
NOT_APPEND_ONLY = "DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
NEVER_EMPTIED = "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_truncate();"
MAY_BE_EMPTIED = "DROP TRIGGER {table}_no_truncate ON {table};"

END_TOKENS = """
    CREATE FUNCTION end_tokens_of_login() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE public.config_apitoken
         SET revoked_at = now(),
             ended_by = CASE WHEN NOT NEW.is_active THEN 'disabled'
                             WHEN NEW.password IS DISTINCT FROM OLD.password THEN 'password' ELSE 'demoted' END
       WHERE user_id = NEW.id AND revoked_at IS NULL;
      RETURN NULL;
    END $$;
    CREATE TRIGGER login_ends_its_tokens AFTER UPDATE ON auth_user FOR EACH ROW
      WHEN ((OLD.is_active AND NOT NEW.is_active) OR (OLD.is_superuser AND NOT NEW.is_superuser)
            OR OLD.password IS DISTINCT FROM NEW.password)
      EXECUTE FUNCTION end_tokens_of_login();

    CREATE FUNCTION end_tokens_of_member() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE public.config_apitoken SET revoked_at = now(), ended_by = 'demoted'
       WHERE user_id = OLD.user_id AND revoked_at IS NULL;
      RETURN NULL;
    END $$;
    CREATE TRIGGER leaving_a_group_ends_tokens AFTER DELETE OR UPDATE ON auth_user_groups FOR EACH ROW
      EXECUTE FUNCTION end_tokens_of_member();

    CREATE TRIGGER config_apitoken_stays_ended BEFORE UPDATE ON config_apitoken FOR EACH ROW
      WHEN ((OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
            OR NEW.expires_at IS DISTINCT FROM OLD.expires_at OR NEW.scope <> OLD.scope
            OR NEW.user_id <> OLD.user_id OR NEW.digest <> OLD.digest)
      EXECUTE FUNCTION refuse_change('id');
"""
FORGET = """
    DROP TRIGGER config_apitoken_stays_ended ON config_apitoken;
    DROP TRIGGER leaving_a_group_ends_tokens ON auth_user_groups;
    DROP FUNCTION end_tokens_of_member();
    DROP TRIGGER login_ends_its_tokens ON auth_user;
    DROP FUNCTION end_tokens_of_login();
"""


def each(text: str, *tables: str, key: str = "id") -> str:
    """Return the SQL for every table; `key` is the column that names a row in a message."""
    return "".join(text.format(table=table, key=key) for table in tables)


class Migration(migrations.Migration):
    """What became of API tokens is audited, and the audit and the record of sign-ins are append-only (invariant 5).

    A token ends: on its day, or with the password, the activity or a right of its login, and nothing revives it. The
    triggers stand on Django's tables, so that a password changed by any door counts.
    """

    replaces = [("config", "0006_answers_of_forms")]
    dependencies = [
        ("config", "0001_squashed_0005_tables"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("training", "0018_squashed_guards"),
    ]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(
            each(APPEND_ONLY, "config_apitokenevent", key="pgh_id"), each(NOT_APPEND_ONLY, "config_apitokenevent")
        ),
        migrations.RunSQL(each(APPEND_ONLY, "config_signin"), each(NOT_APPEND_ONLY, "config_signin")),
        migrations.RunSQL(each(NEVER_EMPTIED, "config_apitoken"), each(MAY_BE_EMPTIED, "config_apitoken")),
        migrations.RunSQL(END_TOKENS, FORGET),
    ]
