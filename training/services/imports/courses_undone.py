"""Taking back what an import wrote of courses (I8), in a fixed number of statements.

Whatever was published stays for good (S12): a version that the import brought is archived, and what it replaced is
published again as the next version. Sessions that have pinned a version keep it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils.translation import gettext as _

from training.models import Course, CoursePrerequisite, CourseVersion
from training.services.imports.contract import Gone, UndoAct, UndoneRow, WrittenRow
from training.services.imports.tables import Row, insert_rows, new_keys, update_rows
from training.services.imports.undoing import Rows, named_by, rows_now, stamped, told

VERSION, ARCHIVED = "version", "archived"  # in `WrittenRow.kept`: keys of what was published, and what it replaced
OF_A_VERSION = ("id", "number", "status", "change_log", "created_at", "created_by_id", "updated_at", "updated_by_id")
Status = CourseVersion.Status


def undo_courses(
    rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone
) -> Sequence[UndoneRow]:
    """Take back what rows wrote of courses that the caller has locked."""
    courses = rows_now(Course, {row.key for row in rows})
    kept = [row.kept[name] for row in rows for name in (VERSION, ARCHIVED) if row.kept[name] is not None]
    versions = rows_now(CourseVersion, kept)
    left = {place: why for place, row in enumerate(rows) if (why := _why_left(row, courses, versions))}
    new = {row.key: place for place, row in enumerate(rows) if not row.before and place not in left}
    own = {rows[place].kept[VERSION]: key for key, place in new.items()}
    left |= {new[key]: why for key, why in _named(new, own, gone).items()}

    done = [row for place, row in enumerate(rows) if place not in left]
    back = [row for row in done if row.kept[ARCHIVED] is not None]
    stamp = stamped(by=by, now=now)
    archived = [{"id": row.kept[VERSION], "status": Status.ARCHIVED.value, **stamp} for row in done]
    update_rows(CourseVersion, archived, ("status", *stamp))
    _publish_again(back, versions, reason=reason, by=by, now=now)
    replaced = {id(row) for row in back}
    acts = {
        place: UndoAct.BACK if id(row) in replaced else UndoAct.ARCHIVED
        for place, row in enumerate(rows)
        if place not in left
    }
    return told(rows, left, acts)


def _why_left(row: WrittenRow, courses: Rows, versions: Rows) -> str:
    course, version = courses.get(row.key), versions.get(row.kept[VERSION])
    if course is None or version is None or course["deleted_at"] is not None:
        return _("It is not there any more.")
    return "" if version["status"] == Status.PUBLISHED else _("Another version was published or archived since.")


def _named(new: Mapping[int, int], own: Mapping[int, int], gone: Gone) -> dict[int, str]:
    """Return which new courses something else names, by key, and why.

    That a course of the same import is held after it counts only if that one stays.

    Args:
        own: by key of each version that the import brought, the key of its new course.
    """
    inside = CoursePrerequisite.objects.filter(course_version__in=own, course__in=new)
    links = list(inside.values_list("pk", "course", "course_version"))
    but = (CourseVersion._meta.db_table,)
    besides = {**gone, CoursePrerequisite._meta.db_table: [pk for pk, _course, _version in links]}
    named = named_by(Course, new.keys(), but=but, gone=besides)
    while late := [course for _pk, course, version in links if own[version] in named and course not in named]:
        for course in late:
            named[course] = _("A course that stays is held after it.")
    return named


def _publish_again(rows: Sequence[WrittenRow], versions: Rows, *, reason: str, by: User, now: datetime) -> None:
    """Publish the next version of each course, with what its version before the import says."""
    numbers = dict(_newest({row.key for row in rows}))
    stamp = {**stamped(by=by, now=now), "created_at": now, "created_by_id": by.pk}
    made, keys = [], new_keys(CourseVersion, len(rows))
    before: dict[int, int] = {}  # by key of the version before the import, the key of the new one
    for key, row in zip(keys, rows, strict=True):
        was = versions[row.kept[ARCHIVED]]
        before[was["id"]] = key
        made.append(
            {
                **_said(was),
                "id": key,
                "number": numbers[row.key] + 1,
                "status": Status.PUBLISHED.value,
                "change_log": _("As before the import, which was undone: %(reason)s") % {"reason": reason},
                **stamp,
            }
        )
    insert_rows(CourseVersion, made)
    links = CoursePrerequisite.objects.filter(course_version__in=before, course__deleted_at__isnull=True)
    insert_rows(
        CoursePrerequisite,
        [
            {"course_version_id": before[version], "course_id": course}
            for version, course in links.values_list("course_version", "course")
        ],
    )


def _said(version: Row) -> dict[str, Any]:
    return {column: value for column, value in version.items() if column not in OF_A_VERSION}


def _newest(courses: Collection[int]) -> Iterable[tuple[int, int]]:
    newest = CourseVersion.objects.filter(course__in=courses).order_by()
    return newest.values_list("course").annotate(newest=Max("number")).values_list("course", "newest")
