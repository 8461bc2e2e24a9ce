"""Checking an import: what would become of each row, in one snapshot and without any lock (I5)."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction

from attendance.policies.imports import Summary
from attendance.services.imports.rows import waiting_rows, write_outcomes
from attendance.services.imports.steps import kind_of_import, own_import, take_step, terms_of
from training.core.audit_context import as_person
from training.core.refusals import database_refusals
from training.models import Import
from training.services.imports.contract import service_of
from training.services.job_kinds import Tell, untold

State = Import.State


@database_refusals()
def check_import(*, import_id: int, by: User, now: datetime, tell: Tell = untold) -> Import:
    """Check the rows that wait, and write down what would become of each.

    Nobody waits for it: it reads one snapshot of the site, takes no lock, and writes only the rows of this import.

    Raises:
        NotPermitted, NotFound: as `own_import`.
        WrongState: the import has gone on meanwhile.
    """
    one = own_import(import_id=import_id, by=by)
    if one.state != State.CHECKING:
        take_step(one, State.CHECKING, now=now)
    kind, summary = kind_of_import(one), Summary()
    total = one.counts.get("rows", 0)
    with as_person(by), transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        checker, done = service_of(one.kind).checker(terms_of(one, by=by, now=now)), 0
        for part in waiting_rows(one.pk, kind):
            checked = checker.check([draft for _number, draft in part])
            summary.add(checked)
            write_outcomes(one.pk, zip((number for number, _draft in part), checked, strict=True))
            done += len(part)
            tell(done, total)
    take_step(
        one,
        State.CHECKED,
        now=now,
        counts={"rows": done, **summary.counts},
        report={"groups": [group.as_json() for group in summary.groups]},
        fingerprint=summary.fingerprint,
    )
    return one
