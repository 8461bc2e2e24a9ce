"""Who turns red, yellow or green by an import, as a file (I5, X1)."""

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.pages.import_turns import LIST, ImportTurnLine, lines_of, phase_of
from attendance.services.imports.steps import own_import
from learners.models import ImportTurn
from learners.pages.outcomes import CourseLine
from learners.selectors.import_turns import turns_of
from training.core.list_files import TableColumn, at, yes_or_no
from training.core.permissions import Permission, check_may
from training.papers.lists import Asking, FoundRows, declare_list, in_chunks, page_of

TURN: Sequence[TableColumn[ImportTurnLine]] = (
    TableColumn("badge", gettext_lazy("Badge"), at("shown.learner.badge_id"), width=14),
    TableColumn("worker", gettext_lazy("Worker"), at("shown.learner.name"), width=28),
    TableColumn("employer", gettext_lazy("Employer"), at("shown.learner.company.name"), width=28),
    TableColumn("role", gettext_lazy("Role"), at("shown.learner.role.title"), width=24),
    TableColumn("before", gettext_lazy("Before"), at("shown.before.word"), width=14),
    TableColumn("after", gettext_lazy("After"), at("shown.after.word"), width=14),
    TableColumn("turns", gettext_lazy("Change"), lambda line: _change(line.row), width=14),
    TableColumn("courses", gettext_lazy("Because of"), lambda line: "; ".join(map(_course, line.shown.courses)), 60),
)
AS_TOLD = TableColumn[ImportTurnLine](
    "as_told",
    gettext_lazy("As the check said"),
    lambda line: yes_or_no(line.row.is_as_told),
    width=12,
)


def _change(row: ImportTurn) -> str:
    if not row.is_active:
        return _("not active")
    if row.comes:
        return _("back") if row.before else _("new")
    return _("stays") if row.before == row.after else _("turns")


def _course(line: CourseLine) -> str:
    before = line.before.word if line.before else "–"
    after = line.after.word if line.after else _("no longer required")
    return f"{line.code}: {before} → {after}"


def _find(asking: Asking) -> FoundRows:
    one = own_import(import_id=asking.key("import"), by=asking.by)
    phase = phase_of(one) or ImportTurn.Phase.TOLD
    lines = in_chunks(turns_of(one.pk, phase), partial(lines_of, one), key=lambda line: line.row.pk)
    columns = [*TURN, AS_TOLD] if phase is ImportTurn.Phase.DONE else TURN
    return FoundRows(columns, *lines, subject=_("Workers who turn by %(import)s") % {"import": one.title})


declare_list(
    LIST,
    gettext_lazy("Workers who turn red, yellow or green by an import"),
    check=partial(check_may, permission=Permission.CHECK_FILES),
    find=_find,
    page=page_of("attendance:import", "import"),
)
