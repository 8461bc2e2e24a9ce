"""Bringing in courses, each with the version that is taught (I1).

A course that is new, or has no published version, gets the version that its row describes, published. Where the
published version says otherwise the row is refused, unless it or the import says what changed (`change_log`): then the
next version is published, and sessions that have pinned the one before keep it (S12).
"""

import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils.translation import gettext as _

from training.core.imports.declaration import Thing
from training.core.imports.rows import CellProblem, CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Course, CoursePrerequisite, CourseVersion
from training.policies.courses import SyllabusInvalid, check_prerequisites
from training.selectors.courses import asked_before
from training.services.courses import TAKEN_OVER
from training.services.imports.checking import (
    WRITES,
    Considered,
    FieldCheck,
    FieldRules,
    KindChecker,
    RowRules,
    says_of,
    text_of,
)
from training.services.imports.contract import NOTHING_GONE, Gone, ImportTerms, NewThing, UndoneRow, WrittenRow
from training.services.imports.courses_undone import ARCHIVED, VERSION, undo_courses
from training.services.imports.library import NO, YES, birth_of, lock_all, stamp_of
from training.services.imports.tables import defaults_of, insert_rows, new_keys, update_rows

COURSE = FieldRules(model=Course, columns={"code": "code"})
VERSION_RULES = FieldRules(
    model=CourseVersion,
    columns={
        name: name
        for name in (
            "title",
            "category",
            "duration_minutes",
            "validity_months",
            "delivery_method",
            "provider_type",
            "minimum_score",
            "change_log",
        )
    },
)
DEFAULTS = ("duration_minutes",)  # what can be said for all new courses of an import at once
PREFIX = re.compile(r"[A-Z]{2,4}")
CODE_PREFIX = "CRS"  # of courses that come without a code, unless the import says another one
Status = CourseVersion.Status


@dataclass
class StoredCourse:
    """A course as stored, with its published version if there is one."""

    key: int
    code: str
    is_deleted: bool
    newest: int  # number of its newest version, 0 where it has none
    version: dict[str, Any] = field(default_factory=dict)  # by column of the table; empty where none is published
    prerequisites: frozenset[int] = frozenset()


class CourseChecker(KindChecker):
    """Checks rows of courses. Code or title say which course a row is about; a title alone where no other has it."""

    def __init__(self, terms: ImportTerms) -> None:
        super().__init__(terms)
        self._course, self._version = FieldCheck(COURSE), FieldCheck(VERSION_RULES)
        self._course_rules, self._version_rules = RowRules(COURSE), RowRules(VERSION_RULES)
        self._stored = read_courses()
        self._by_code = {each.code: each for each in self._stored.values()}
        self._by_title: dict[str, list[StoredCourse]] = {}
        for each in self._stored.values():
            if each.version and not each.is_deleted:
                self._by_title.setdefault(same_text(each.version["title"]), []).append(each)
        self._codes = {each.key: each.code for each in self._stored.values() if not each.is_deleted}
        self._asked = asked_before(except_course_id=0)
        self._defaults = defaults_of(CourseVersion)
        self._prefix = prefix_of(terms)
        self._asking: list[Considered] = []  # rows that say which courses come before

    def finish(self) -> Mapping[int, Sequence[CellProblem]]:
        """Refuse, at last, prerequisites that lead back to their course by other rows (P4)."""
        late = dict(super().finish())
        rows = [row for row in self._asking if row.checked.outcome in WRITES and row.place not in late]
        nodes = {name: _node(row) for row in rows for name in row.checked.found["names"]}
        codes = {**self._codes, **{_node(row): row.checked.identity for row in rows}}
        wanted = {
            _node(row): {each if isinstance(each, int) else nodes[each] for each in row.checked.found["before"]}
            for row in rows
        }
        asked = {**self._asked, **wanted}
        for row in rows:
            node = _node(row)
            others = {key: each for key, each in asked.items() if key != node}
            try:
                check_prerequisites(node, wanted[node], asked=others, codes=codes)
            except SyllabusInvalid as refusal:
                text = text_of(row.draft.values.get("prerequisites"))
                late[row.place] = [*late.get(row.place, ()), CellProblem("prerequisites", "circle", str(refusal), text)]
        return late

    def names(self, row: Considered) -> Sequence[Hashable]:
        values = row.draft.values
        return [same_text(str(values[column])) for column in ("code", "title") if column in values]

    def ask_rules(self, rows: Sequence[Considered]) -> None:
        self._version_rules.ask(rows)
        self._course_rules.ask([row for row in rows if row.state.get("code")])

    def consider(self, row: Considered) -> None:
        checked, draft = row.checked, row.draft
        values = self._version.values_of(row)
        if "requires_verification" in draft.values:
            values["requires_verification"] = draft.values["requires_verification"] == YES
        code = text_of(draft.values.get("code")).strip().upper()
        checked.identity = code or values.get("title", "")
        is_offered = draft.values.get("is_offered") != NO
        course = self._find(row, code, values) if is_offered else self._by_code.get(code)
        if course is not None:
            checked.key, checked.identity = course.key, course.code
        if not is_offered:
            self._leave(row, course)
            return
        if course is None and code:
            self._course.read(row, "code", code, {})
        elif course is None and not PREFIX.fullmatch(self._prefix):
            sentence = _("“%(prefix)s” cannot begin the code of a course: say two to four letters.")
            row.refuse("code", "prefix", sentence % {"prefix": self._prefix})
        name: Hashable = course.key if course else code or same_text(checked.identity)
        sentence = _("Two rows are about this course and say different things. Leave one.")
        if checked.identity and self.repeats(
            row, name, says=says_of(draft), column="code", code="stands_twice", sentence=sentence
        ):
            return
        before = self._prerequisites(row)
        if course is None or not course.version:
            self._first_published(row, course, code, values, before)
        else:
            self._next_published(row, course, values, before)

    @staticmethod
    def _leave(row: Considered, course: StoredCourse | None) -> None:
        """Leave a course alone that the file calls not offered; the same is one that is not offered here either."""
        row.checked.problems = []
        if course is None:
            row.leave_out("is_offered", "not_offered", _("It is not offered, and is not brought in anew."))
        elif course.version and not course.is_deleted:
            sentence = _("It is offered here. An import takes no course out: archive its version in the library.")
            row.leave_out("is_offered", "offered", sentence)

    def _find(self, row: Considered, code: str, values: Mapping[str, Any]) -> StoredCourse | None:
        if code:
            course = self._by_code.get(code)
            if course is not None and course.is_deleted:
                error = Course().unique_error_message(Course, ("code",))
                row.refuse("code", "taken", " ".join(error.messages))
            return course
        found = self._by_title.get(same_text(values.get("title", "")), [])
        if len(found) > 1:
            row.refuse("title", "several", _("Several courses have this title. Give the code."))
        return found[0] if found else None

    def _prerequisites(self, row: Considered) -> list[int | str] | None:
        """Return the courses to be held before: keys, or of courses that come with other rows their names."""
        texts = row.draft.values.get("prerequisites")
        if not texts:
            return None
        found: list[int | str] = []
        for text in texts:
            answer = self.meant(Thing.COURSE, text)
            if isinstance(answer, int):
                found.append(answer)
            elif answer is None or isinstance(answer, NewThing):
                found.append(self._known(text) or same_text(text))
                if isinstance(found[-1], str):
                    sentence = _("Nothing is known by this name.")
                    row.await_row(found[-1], "prerequisites", "not_known", sentence, text)
        return found

    def _known(self, text: str) -> int | None:
        """Return the course of a code or title that nobody was asked about."""
        course = self._by_code.get(text.strip().upper())
        if course is not None and not course.is_deleted:
            return course.key
        titled = self._by_title.get(same_text(text), [])
        return titled[0].key if len(titled) == 1 else None

    # New versions

    def _first_published(
        self,
        row: Considered,
        course: StoredCourse | None,
        code: str,
        values: dict[str, Any],
        before: list[int | str] | None,
    ) -> None:
        for column in DEFAULTS:
            if column not in row.draft.values and self.terms.choices.get(column) is not None:
                values[column] = self.terms.choices[column]
        self._version.ask_for_missing(row, values)
        row.checked.outcome = RowOutcome.NEW if course is None else RowOutcome.CHANGED
        row.checked.after = {**({"code": code} if code and course is None else {}), **values}
        if course is not None:
            row.checked.before = dict.fromkeys(values, "")
        self._plan(row, course, {**self._defaults, **values}, before or [], code)
        if before:
            row.checked.after["prerequisites"] = self._shown(before)

    def _next_published(
        self, row: Considered, course: StoredCourse, values: dict[str, Any], before: list[int | str] | None
    ) -> None:
        change_log = values.pop("change_log", "") or str(self.terms.choices.get("change_log", "")).strip()
        changed = {name: value for name, value in values.items() if value != course.version[name]}
        other = before is not None and set(before) != course.prerequisites
        if not changed and not other:
            return
        checked = row.checked
        checked.outcome = RowOutcome.CHANGED
        checked.before = {name: course.version[name] for name in changed}
        checked.after = dict(changed)
        if other and before is not None:
            checked.before["prerequisites"] = self._shown(sorted(course.prerequisites))
            checked.after["prerequisites"] = self._shown(before)
        if not change_log:
            names = ", ".join(changed) or "prerequisites"
            row.refuse(
                next(iter(checked.before)),
                "published_says_otherwise",
                _(
                    "The published version says otherwise. Say what changed, in a column “Change log” or for all rows, "
                    "and the next version is published; or correct the cell."
                ),
                str(row.draft.values.get(next(iter(changed), ""), names)),
            )
        taken_over = {name: course.version[name] for name in TAKEN_OVER}
        state = {**self._defaults, **taken_over, **changed, "change_log": change_log}
        self._plan(row, course, state, sorted(course.prerequisites) if before is None else before, "")

    def _plan(
        self,
        row: Considered,
        course: StoredCourse | None,
        version: Mapping[str, Any],
        before: Sequence[int | str],
        code: str,
    ) -> None:
        version = {**version, "number": course.newest + 1 if course else 1, "status": Status.PUBLISHED}
        row.state = {**version, "code": code if course is None else None}
        row.checked.found.update(
            version=version,
            before=before,
            code=code,
            archives=course.version.get("id") if course else None,
            names=[*self.names(row), *([same_text(course.code)] if course else [])],
        )
        self._asking.append(row)

    def _shown(self, before: Sequence[int | str]) -> str:
        return ", ".join(sorted(self._codes.get(each, "") if isinstance(each, int) else each for each in before))


def prefix_of(terms: ImportTerms) -> str:
    """Return how the codes begin that are given to courses without one."""
    return str(terms.choices.get("code_prefix") or CODE_PREFIX).strip().upper()


def _node(row: Considered) -> int:
    """Return the key of the course of a row; of a new one a number that no course has."""
    return row.checked.key if row.checked.key is not None else -1 - row.place


def read_courses() -> Mapping[int, StoredCourse]:
    """Return all courses by key, deleted ones too, in three queries."""
    newest = dict(CourseVersion.objects.values_list("course").annotate(newest=Max("number")))
    found = {
        key: StoredCourse(key, code, deleted_at is not None, newest.get(key, 0))
        for key, code, deleted_at in Course.objects.values_list("pk", "code", "deleted_at")
    }
    for version in CourseVersion.objects.filter(status=Status.PUBLISHED).values():
        found[version["course_id"]].version = {**version}
    links: dict[int, set[int]] = {}
    published = CoursePrerequisite.objects.filter(course_version__status=Status.PUBLISHED)
    for course, before in published.values_list("course_version__course_id", "course_id"):
        links.setdefault(course, set()).add(before)
    for course, courses in links.items():
        found[course].prerequisites = frozenset(courses)
    return found


class CourseRows:
    """The service of the kind "courses"."""

    table = Course._meta.db_table

    def checker(self, terms: ImportTerms) -> CourseChecker:
        return CourseChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        lock_all(Course)

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write new courses and published versions; a version that was published before is archived.

        Raises:
            NotPermitted: the person may not keep the library.
            Invalid: a prerequisite is in no row that is brought in, or there is no code left to be given.
        """
        check_may(terms.by, Permission.KEEP_LIBRARY)
        with acting(terms.by):
            stamp, birth = stamp_of(terms), birth_of(terms)
            new = [row for row in rows if row.outcome is RowOutcome.NEW]
            self._give_codes([row for row in new if not row.found["code"]], terms)
            courses = [{"code": row.found["code"], **stamp, **birth} for row in new]
            for row, key in zip(new, insert_rows(Course, courses), strict=True):
                row.key = key
            archived = [row.found["archives"] for row in rows if row.found["archives"] is not None]
            update_rows(
                CourseVersion,
                [{"id": key, "status": Status.ARCHIVED, **stamp} for key in archived],
                ("status", *stamp),
            )
            keys = new_keys(CourseVersion, len(rows))
            versions = [
                {**row.found["version"], "course_id": row.key, "id": key, **stamp, **birth}
                for row, key in zip(rows, keys, strict=True)
            ]
            insert_rows(CourseVersion, versions)
            self._write_prerequisites(rows, keys)
            for row, key in zip(rows, keys, strict=True):
                row.kept = {VERSION: key, ARCHIVED: row.found["archives"]}
            tell(len(rows))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Archive what the import published; what it replaced is published again, as the next version (I8, S12).

        Raises:
            NotPermitted: the person may not keep the library.
        """
        check_may(by, Permission.KEEP_LIBRARY)
        with acting(by):
            lock_all(Course)
            return undo_courses(rows, reason=reason, by=by, now=now, gone=gone)

    def _write_prerequisites(self, rows: Sequence[CheckedRow], versions: Sequence[int]) -> None:
        by_name = {name: row.key for row in rows for name in row.found["names"]}
        by_name |= {same_text(row.found["code"]): row.key for row in rows if row.found["code"]}
        links = []
        for row, version in zip(rows, versions, strict=True):
            for each in row.found["before"]:
                key = each if isinstance(each, int) else by_name.get(each)
                if key is None:
                    raise Invalid(_("The prerequisite “%(name)s” is in no row that is brought in.") % {"name": each})
                links.append({"course_version_id": version, "course_id": key})
        insert_rows(CoursePrerequisite, links)

    def _give_codes(self, rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        """Give codes to courses that come without, in the order of the rows."""
        prefix = prefix_of(terms)
        if not rows:
            return
        taken = set(Course.objects.filter(code__startswith=f"{prefix}-").values_list("code", flat=True))
        free = (code for number in range(1, 1000) if (code := f"{prefix}-{number:03}") not in taken)
        for row in rows:
            given = next(free, None)
            if given is None:
                raise Invalid(
                    _("All codes that begin with %(prefix)s are given. Choose another beginning.") % {"prefix": prefix}
                )
            row.found["code"] = given


COURSE_ROWS = CourseRows()
