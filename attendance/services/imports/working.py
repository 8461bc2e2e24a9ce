"""The long steps of an import, as jobs: whoever asked for one can leave, and comes back to where it is (I3)."""

from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from attendance.services.imports.agreeing import agree_columns, layout_known
from attendance.services.imports.checking import check_import
from attendance.services.imports.comparing import compare_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.dropping import purge_imports
from attendance.services.imports.filing import delete_filed
from attendance.services.imports.reading import read_import
from attendance.services.imports.staging import stage_import
from attendance.services.imports.steps import own_import, take_step
from attendance.services.imports.undoing import preview_undo, undo_import
from training.core.permissions import Permission, check_may
from training.core.refusals import Refusal
from training.models import Import
from training.services.job_kinds import JobKind, Tell, declare, declare_chore
from training.services.jobs import ask

State = Import.State


class ImportWork(StrEnum):
    """A step that takes long."""

    READ = "import: read"
    CHECK = "import: check"  # its rows are read from the files, and checked if nothing is to be asked
    DO = "import: bring in"
    COMPARE = "import: compare"  # with the site; nothing is brought in (I11)
    PREVIEW_UNDO = "import: preview undo"  # nothing is undone
    UNDO = "import: undo"


UNDOING = {ImportWork.PREVIEW_UNDO, ImportWork.UNDO}  # while they go on, the import stays done


TITLES = {
    ImportWork.READ: gettext_lazy("Reading %(what)s"),
    ImportWork.CHECK: gettext_lazy("Checking %(what)s"),
    ImportWork.DO: gettext_lazy("Bringing in %(what)s"),
    ImportWork.COMPARE: gettext_lazy("Comparing %(what)s"),
    ImportWork.PREVIEW_UNDO: gettext_lazy("Looking at what undoing %(what)s would do"),
    ImportWork.UNDO: gettext_lazy("Undoing %(what)s"),
}


def ask_for(
    one: Import,
    work: ImportWork,
    *,
    by: User,
    now: datetime,
    fingerprint: str = "",
    only_good: bool = False,
    take_back: bool = False,
    only_agreed: bool = False,
    holds_everybody: bool = False,
    accept_leavers: int | None = None,
    reason: str = "",
) -> None:
    """Ask for a step of an import, which a worker does with the rights of `by`.

    Args:
        fingerprint, only_good, take_back, only_agreed, accept_leavers: as in `do_import`.
        holds_everybody: as in `compare_import`.
        fingerprint, reason: as in `undo_import`.

    Raises:
        NotPermitted: this login checks no files.
        RunsAlready: a step of another import runs for this login.
    """
    query = QueryDict(mutable=True)
    query.update({"import": str(one.pk), "work": work.value, "seen": fingerprint})
    said = {"good": only_good, "back": take_back, "agreed": only_agreed, "everybody": holds_everybody}
    query.update({name: "1" for name, is_said in said.items() if is_said})
    if accept_leavers is not None:
        query["leavers"] = str(accept_leavers)
    if reason:
        query["reason"] = reason
    if work in UNDOING:  # why it could not be done the last time is no news any more
        Import.objects.filter(pk=one.pk, state=State.DONE).update(failure="")
    title = str(TITLES[work]) % {"what": one.title}
    job = ask(kind=KIND.name, title=title, query=query.urlencode(), by=by, now=now)
    Import.objects.filter(pk=one.pk).update(job=job)
    one.job = job


def work_of(one: Import) -> ImportWork | None:
    """Return the step for which the last job of an import was asked; None if its job was removed."""
    return ImportWork(str(QueryDict(one.job.query)["work"])) if one.job is not None else None


def work_on_import(query: QueryDict, *, by: User, now: datetime, tell: Tell) -> None:
    """Do the step that a job was asked for. A step that has been done already is not done again."""
    one = own_import(import_id=int(str(query["import"])), by=by)
    work = ImportWork(str(query["work"]))
    try:
        match work:
            case ImportWork.READ if one.state == State.READING:
                one = read_import(import_id=one.pk, by=by, now=now, tell=tell)
                if one.is_unattended and (known := layout_known(one)):
                    agree_columns(
                        import_id=one.pk,
                        kind=one.kind,
                        layout=known,
                        sender=one.sender,
                        seen=one.changed_at,
                        by=by,
                        now=now,
                    )
                    _stage_and_check(one, by=by, now=now, tell=tell)
            case ImportWork.CHECK if one.state in {State.ASKING, State.CHECKING, State.CHECKED, State.FAILED}:
                _stage_and_check(one, by=by, now=now, tell=tell)
            case ImportWork.DO if one.state in {State.CHECKED, State.DOING}:
                do_import(
                    import_id=one.pk,
                    fingerprint=str(query["seen"]),
                    only_good="good" in query,
                    take_back="back" in query,
                    only_agreed="agreed" in query,
                    accept_leavers=int(str(query["leavers"])) if "leavers" in query else None,
                    by=by,
                    now=now,
                    tell=tell,
                )
            case ImportWork.COMPARE if one.state == State.CHECKED:
                everybody = "everybody" in query
                compare_import(import_id=one.pk, holds_everybody=everybody, by=by, now=now, tell=tell)
            case ImportWork.PREVIEW_UNDO if one.state == State.DONE:
                preview_undo(import_id=one.pk, by=by, now=now, tell=tell)
            case ImportWork.UNDO if one.state == State.DONE:
                said = {"reason": str(query["reason"]), "fingerprint": str(query["seen"])}
                undo_import(import_id=one.pk, **said, by=by, now=now, tell=tell)
            case _:
                return
    except Refusal as refusal:
        _stop(one, work, refusal, now=now)
        raise


def _stage_and_check(one: Import, *, by: User, now: datetime, tell: Tell) -> None:
    if stage_import(import_id=one.pk, by=by, now=now, tell=tell):
        check_import(import_id=one.pk, by=by, now=now, tell=tell)


def _stop(one: Import, work: ImportWork, refusal: Refusal, *, now: datetime) -> None:
    """Write down why a step could not be done; what was checked stays checked, and what was done stays done."""
    one.refresh_from_db()
    if one.state in {State.READING, State.CHECKING}:
        take_step(one, State.FAILED, now=now, failure=refusal.message)
    elif one.is_waiting or (
        work in UNDOING and one.state == State.DONE
    ):  # else it was done, and only the answer to that was lost
        Import.objects.filter(pk=one.pk).update(failure=refusal.message)


def keep_house(now: datetime) -> int:
    """Remove imports that nobody goes on with, what waited of those that have ended, and old stored workbooks (I3, I7).

    Returns:
        how many imports and files went.
    """
    return purge_imports(now=now) + delete_filed(now=now)


declare_chore(keep_house)

KIND = declare(
    JobKind(
        name="import",
        label=gettext_lazy("Import"),
        check=lambda by: check_may(by, Permission.CHECK_FILES),
        make=work_on_import,
        has_file=False,
    )
)
