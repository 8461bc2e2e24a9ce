from django.db import migrations, models

from training.core import database_guards as guards

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


class Migration(migrations.Migration):
    """A token ends: on its day, or with the password, the activity or a right of its login, and nothing revives it.

    Tokens of before get 90 days from now on and the scope write. The triggers stand on Django's tables, so that a
    password changed by any door counts. The record of sign-ins is append-only.
    """

    dependencies = [
        ("config", "0004_sign_ins_and_token_scopes"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("training", "0014_who_may_what_is_append_only"),
    ]
    operations = [
        migrations.RunSQL(
            """
            UPDATE config_apitoken SET expires_at = greatest(now(), created_at) + interval '90 days',
                   ended_by = CASE WHEN revoked_at IS NULL THEN '' ELSE 'revoked' END;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(expires_at__isnull=False, expires_at__gt=models.F("created_at")),
                name="api_token_has_end",
                violation_error_message="A token ends after it was made.",
            ),
        ),
        migrations.RunSQL(END_TOKENS, FORGET),
        guards.append_only("config_signin"),
    ]
