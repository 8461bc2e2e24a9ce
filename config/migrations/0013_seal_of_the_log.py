from django.db import migrations

# As `manage.py seal_triggers log` printed it.
CREATE = r"""
CREATE FUNCTION seal_log() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $seal$
BEGIN
  EXECUTE $sql$
WITH drawn AS MATERIALIZED (
  SELECT nextval('training_seal_id_seq') AS seal_id, sha256($1 || int8send(r.id)) AS salt, r.* FROM new_rows r WHERE r.follows <> ''
), told AS MATERIALIZED (
  SELECT seal_id, r.id AS row_id, salt, '' AS person, '' AS comments, '' AS staff,
         '' AS list, concat('{"seal":"log 1"', ',"id":', coalesce(r.id::text, 'null'), ',"origin":', coalesce(to_json(r.origin)::text, 'null'), ',"begins":', coalesce(r.begins_at::text, 'null'), ',"follows":', coalesce(to_json(r.follows)::text, 'null'), ',"at":', coalesce(to_json(to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text, 'null')) AS plain, concat('') AS read_then
    FROM drawn r 
), written AS MATERIALIZED (
  SELECT seal_id, row_id, salt, person, staff, list,
         concat(plain, read_then, ',"sealed":', to_json(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), '}') AS leaf
    FROM told
), queued AS (INSERT INTO training_sealpending (seal_id) SELECT seal_id FROM written)
INSERT INTO training_seal (id, kind, row_id, leaf, leaf_hash, list)
SELECT seal_id, 'log', row_id, leaf, sha256('\x00'::bytea || convert_to(leaf, 'UTF8')), list FROM written
$sql$ USING uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
  RETURN NULL;
END $seal$;
CREATE TRIGGER seal_log_insert AFTER INSERT ON training_log REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION seal_log();
"""
DROP = """
DROP TRIGGER seal_log_insert ON training_log;
DROP FUNCTION seal_log();
"""


class Migration(migrations.Migration):
    """The row that begins a log after another one is sealed itself: what it follows is a leaf of it (T6)."""

    dependencies = [("config", "0012_backup_runs"), ("training", "0034_seal_guards")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", "SET LOCAL lock_timeout = '5s'"),
        migrations.RunSQL(CREATE, DROP),
    ]
