"""The rules of courses and their prerequisites, without a database: each `check_…` raises the reason why not."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from training.core.kinds import ConflictKind
from training.core.refusals import Conflict, Invalid
from training.models import CourseVersion

Status = CourseVersion.Status

# The one table of legal steps of a version. A draft can also be deleted; whatever was published stays for good (S12).
VERSION_STEPS: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.PUBLISHED}),
    Status.PUBLISHED: frozenset({Status.ARCHIVED}),
    Status.ARCHIVED: frozenset(),
}


class SyllabusInvalid(Invalid):
    """A field of a version breaks its rule (400); `errors` names it."""


class VersionInUse(Conflict):
    """The state of the version does not allow it (409): only drafts are edited, published and deleted."""


def check_can_edit(version: CourseVersion) -> None:
    """S12: what was published changes by a new version only.

    Raises:
        VersionInUse: it was published.
    """
    _check_draft(version, _("This version was published, so it stays. Make a new version."))


def check_can_publish(version: CourseVersion) -> None:
    """Only drafts are published.

    Raises:
        VersionInUse: it was published before.
    """
    _check_step(version, Status.PUBLISHED, _("This version was published before. Make a new version."))


def check_can_archive(version: CourseVersion) -> None:
    """Only the published version is archived by hand.

    Raises:
        VersionInUse: it is a draft, or archived already.
    """
    _check_step(version, Status.ARCHIVED, _("Only the published version can be archived."))


def check_can_delete(version: CourseVersion) -> None:
    """Only drafts are deleted, and these for real.

    Raises:
        VersionInUse: it was published.
    """
    _check_draft(version, _("Only drafts can be deleted. Archive this version instead."))


def check_prerequisites(
    course_id: int, wanted: Collection[int], *, asked: Mapping[int, Collection[int]], codes: Mapping[int, str]
) -> None:
    """Refuse prerequisites that nobody could ever meet: the course itself, or courses that ask for it in turn (P4).

    Args:
        course_id: the course whose prerequisites are decided.
        wanted: keys of its prerequisites, the courses to be held before it.
        asked: by the key of every other course, the keys of the prerequisites of its drafts and published version.
        codes: the codes of all courses, by key.

    Raises:
        SyllabusInvalid: `errors["prerequisites"]` says which one, and the chain that leads back.
    """
    unknown = [each for each in wanted if each not in codes]
    if unknown:
        raise _refused(_("A course on the list no longer exists. Choose again."))
    if course_id in wanted:
        raise _refused(_("A course cannot be its own prerequisite. Remove %(code)s.") % {"code": codes[course_id]})
    for first in sorted(wanted, key=lambda each: codes[each]):
        chain = _chain(first, course_id, asked)
        if chain:
            words = {"code": codes[first], "chain": " → ".join(codes.get(each, "…") for each in chain)}
            raise _refused(
                _("%(code)s itself requires this course: %(chain)s. Remove %(code)s, or change that course first.")
                % words
            )


def _chain(start: int, goal: int, asked: Mapping[int, Collection[int]]) -> list[int]:
    """Return the shortest chain of prerequisites that leads from one course to another; empty if none does."""
    ways = [[start]]
    seen = {start}
    for way in ways:
        if way[-1] == goal:
            return way
        for following in sorted(set(asked.get(way[-1], ())) - seen):
            seen.add(following)
            ways.append([*way, following])
    return []


def _refused(message: str) -> SyllabusInvalid:
    return SyllabusInvalid.of_fields({"prerequisites": [message]})


def _check_step(version: CourseVersion, to: Status, otherwise: str) -> None:
    if to not in VERSION_STEPS[Status(version.status)]:
        raise _in_use(version, otherwise)


def _check_draft(version: CourseVersion, otherwise: str) -> None:
    if version.status != Status.DRAFT:
        raise _in_use(version, otherwise)


def _in_use(version: CourseVersion, sentence: str) -> VersionInUse:
    return VersionInUse(sentence, conflict={"kind": ConflictKind.STATE, "theirs": version.status})
