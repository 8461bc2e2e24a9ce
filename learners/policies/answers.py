"""What everybody must have and has, in one SQL text: the rules C1 to C3 stand here and nowhere else.

The text gets only facts from its sources: which rules there are, how areas lie in each other, who somebody is and where
they work, and which records count. `learners.services.compliance` gives it the tables of today and stores its answers;
`learners.selectors.as_of` gives it the dated history and shows its answers about another day (C8);
`learners.services.imports.turns` lays the rows of an import over the tables of today, and tells who would turn (I5).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where the facts come from: SELECTs with the columns named here, and conditions, all in SQL.

    They may use `person` (key, learner_id): the keys under which rows of the workers stand, those of merged badges too.

    Attributes:
        rules: source (an `Asker`), source_id, label, course_id, requirement_type, grace_period_days, starts_on.
        areas: id, parent_id.
        people: learner_id, start_date, role_id, role_assigned_at; merged workers have no row.
        places: learner_id, area_id, assigned_at.
        records: id, learner_id, course_id, completion_date, expiry_date, result, register_import_id, extract_id.
        counts: the condition under which a passed `record` counts.
        is_owed: the condition under which a `sign_off` is still owed.
        acceptances: register_import_id, counts, counts_until: how long records of an old register count that have no
            certificate (I7).
    """

    rules: str
    areas: str
    people: str
    places: str
    records: str
    counts: str
    is_owed: str
    acceptances: str


RECORDS = """
SELECT id, learner_id, course_id, completion_date, expiry_date, result, register_import_id, extract_id
  FROM learners_trainingrecord"""

# A record of an old register whose only proof is an extract of it counts while that is accepted: its last day is then
# the last day of the acceptance, if that comes first. Once it has a certificate it is a record like any other (I7).
HAS_CERTIFICATE = "EXISTS (SELECT FROM learners_evidenceupload WHERE record_id = record.id)"

# `rank` packs type, decisive day and rule into one number, so that the strictest rule has the smallest number (C1). The
# decisive day is the due date, or for a PRE_MOB rule the day since which it is required. A rule that starts after today
# requires nothing yet, but ends the time for which today's answer holds (C7).
ANSWER = """
WITH person AS MATERIALIZED (
  SELECT id AS key, id AS learner_id
    FROM learners_learner WHERE id = ANY(%(learners)s::bigint[]) AND merged_into_id IS NULL
   UNION ALL
  SELECT id, merged_into_id FROM learners_learner WHERE merged_into_id = ANY(%(learners)s::bigint[])
), rule AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY source DESC, source_id, course_id) AS number, each.*,
         CASE source WHEN 'role' THEN source_id ELSE -source_id END AS asker,
         jsonb_build_object('source', source, 'id', source_id, 'label', label,
                            'type', requirement_type, 'grace', grace_period_days) AS told
    FROM ({rules}) each
   WHERE %(course)s::bigint IS NULL OR course_id = %(course)s
), area AS ({areas}), lies_in AS (
  WITH RECURSIVE up AS (
    SELECT id AS area_id, id AS around_id, parent_id FROM area
     UNION
    SELECT up.area_id, around.id, around.parent_id FROM up JOIN area around ON around.id = up.parent_id)
  SELECT area_id, around_id FROM up
), somebody AS ({people}), place AS ({places}), belongs AS (
  SELECT learner_id, start_date, role_id AS asker, role_assigned_at AS assigned_on FROM somebody
   UNION ALL
  SELECT learner_id, start_date, -around_id, min(assigned_at)
    FROM somebody JOIN place USING (learner_id) JOIN lies_in USING (area_id)
   GROUP BY learner_id, start_date, around_id
), asked AS (
  SELECT learner_id, rule.*, greatest(assigned_on, starts_on, start_date) + coalesce(grace_period_days, 0) AS day
    FROM belongs JOIN rule USING (asker)
), ranked AS (
  SELECT asked.*, CASE requirement_type WHEN 'PRE_MOB' THEN 0 ELSE 1000000000000000 END
                  + (day - DATE '0001-01-01') * 100000000::bigint + number AS rank
    FROM asked
), strictest AS (
  SELECT learner_id, course_id,
         min(rank) FILTER (WHERE starts_on <= %(today)s) AS rank,
         min(starts_on) FILTER (WHERE starts_on > %(today)s) AS next_rule_on,
         jsonb_agg(told || jsonb_build_object('due', CASE requirement_type WHEN 'POST_MOB' THEN day END) ORDER BY rank)
           FILTER (WHERE starts_on <= %(today)s) AS rules
    FROM ranked GROUP BY learner_id, course_id
), winner AS (
  SELECT learner_id, strictest.course_id, requirement_type, grace_period_days, asker, rules, next_rule_on,
         DATE '0001-01-01' + (strictest.rank / 100000000 %% 10000000)::int AS day
    FROM strictest JOIN rule ON rule.number = strictest.rank %% 100000000
), acceptance AS MATERIALIZED ({acceptances}), held AS (
  SELECT person.learner_id, record.course_id, record.id, record.completion_date, NOT is_proven AS is_from_register,
         CASE WHEN is_proven THEN expiry_date ELSE least(expiry_date, counts_until) END AS expiry_date
    FROM ({records}) record
    JOIN person ON key = record.learner_id
    LEFT JOIN acceptance ON acceptance.register_import_id = record.register_import_id
   CROSS JOIN LATERAL (SELECT record.extract_id IS NULL OR {has_certificate}) AS proven(is_proven)
   WHERE result = 'PASSED' AND {counts} AND (is_proven OR acceptance.counts)
     AND (%(course)s::bigint IS NULL OR course_id = %(course)s)
), proof AS (
  SELECT DISTINCT ON (learner_id, course_id) learner_id, course_id, id, expiry_date, is_from_register
    FROM held
   ORDER BY learner_id, course_id, expiry_date DESC NULLS FIRST, completion_date DESC, id DESC
), to_verify AS (
  SELECT DISTINCT person.learner_id, course_id
    FROM learners_competencyrecord sign_off JOIN person ON key = sign_off.learner_id
   WHERE {is_owed} AND (%(course)s::bigint IS NULL OR course_id = %(course)s)
), judged AS (
  SELECT winner.*, proof.id AS proof_id, proof.expiry_date, to_verify.learner_id IS NOT NULL AS awaiting_verification,
         coalesce(is_from_register, false) AS is_from_register,
         CASE WHEN proof.id IS NOT NULL AND coalesce(proof.expiry_date >= %(today)s, true) THEN 'COMPLIANT'
              WHEN requirement_type = 'POST_MOB' AND day >= %(today)s THEN 'PENDING'
              ELSE 'NON_COMPLIANT' END AS status
    FROM winner
    LEFT JOIN proof USING (learner_id, course_id)
    LEFT JOIN to_verify USING (learner_id, course_id)
), answer AS (
  SELECT learner_id, course_id, requirement_type, grace_period_days,
         CASE requirement_type WHEN 'POST_MOB' THEN day END AS due_date, status, expiry_date,
         CASE status WHEN 'COMPLIANT' THEN expiry_date WHEN 'PENDING' THEN day
                     ELSE greatest(CASE requirement_type WHEN 'POST_MOB' THEN day + 1 ELSE day END, expiry_date + 1)
                     END AS key_date,
         least(CASE status WHEN 'COMPLIANT' THEN expiry_date WHEN 'PENDING' THEN day END, next_rule_on - 1)
           AS holds_until,
         awaiting_verification, proof_id, is_from_register,
         CASE WHEN asker > 0 THEN asker END AS role_id, CASE WHEN asker < 0 THEN -asker END AS area_id, rules
    FROM judged
)
"""


def answers(sources: Sources) -> str:
    """Return a WITH that ends in `answer`: a row for each worker and required course, with the columns of an item.

    Its parameters are `learners` (keys; merged workers have no answer), `course` (the only course that is asked about,
    or None for all) and `today`.
    """
    return ANSWER.format(**vars(sources), has_certificate=HAS_CERTIFICATE)
