"""One worker by badge, as HR systems keep them (X6): made or changed, and the same again changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import Learner, Role, WorkerNumber
from learners.policies.worker_fields import WORKER_FIELDS, attribute_of
from learners.policies.workers import StatusNotPossible, check_not_merged, starts_again
from learners.selectors.learners import find_by_badge
from learners.selectors.sameness import workers_by_badge
from learners.services.learners import LearnerFacts, create_learner, edit_learner, lock_learner
from learners.services.requirements import lock_rules_to_apply
from learners.services.statuses import return_to_site
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid
from training.core.sameness import same_text, shown_text
from training.core.transactions import acting
from training.models import Company

TRIES = 3  # of several at once that make one worker, all but one find that worker at the second


class SeveralHaveThisBadge(Conflict):
    """Twins from before L4 have badges of this key, and none of them is spelled so (409)."""


class NamesNothing(Invalid):
    """A name in the facts is that of nothing on the site, or of several things (400); `errors` names the field."""


def put_learner(
    *,
    badge: str,
    facts: LearnerFacts,
    by: User,
    now: datetime,
    numbers: Mapping[str, str] | None = None,
    reason: str = "",
    confirmed: str | None = "",
) -> tuple[Learner, bool]:
    """Make the worker of a badge, or change what is said differently of the one who has it, or had it before.

    The badge is compared as L4 says, and keeps the spelling that it has. Whoever has left and starts again on a later
    day has returned (L3). If nothing is said differently, nothing is written. Several at once make one worker.

    Args:
        facts: without the badge; what is left out stays as it is, and a new worker needs what the form needs.
        numbers: as for `edit_learner`.
        reason: why a day lies before the last change of status (C8).
        confirmed: as for `create_learner`.

    Returns:
        the worker, and whether this made the worker.

    Raises:
        NotPermitted: the person may not do this.
        MergedAway: the badge was merged into another one.
        StatusNotPossible: the worker is blocked, and would be changed.
        SeveralHaveThisBadge: it cannot be told whose badge it is.
        Invalid, DatedBack, ConfirmationNeeded: as for `create_learner`, `edit_learner` and `return_to_site`.
    """
    check_may(by, Permission.KEEP_WORKERS)
    for last in (*(False,) * (TRIES - 1), True):
        learner_id = _who_has(badge)
        if learner_id is not None:
            learner = _change(learner_id, facts, numbers or {}, by=by, now=now, reason=reason, confirmed=confirmed)
            return learner, False
        try:
            _check_complete(facts)
            made = cast(LearnerFacts, {**facts, "badge_id": badge})
            return create_learner(facts=made, numbers=numbers, confirmed=confirmed, by=by, now=now), True
        except (Conflict, Invalid):
            if last or _who_has(badge) is None:
                raise
    raise AssertionError("the last try returns or raises")  # pragma: no cover


def company_named(name: str) -> int:
    """Return the key of the company of a name, however it is spelled (L4), or of a code.

    Raises:
        NamesNothing: there is none, or there are several.
    """
    rows = Company.objects.order_by("pk").values_list("pk", "name", "code")
    return _the_one("company", name, [(pk, (name, code)) for pk, name, code in rows])


def role_named(name: str) -> int:
    """Return the key of the role of a code or a title.

    Raises:
        NamesNothing: there is none, or there are several.
    """
    rows = Role.objects.order_by("pk").values_list("pk", "code", "title")
    return _the_one("role", name, [(pk, (code, title)) for pk, code, title in rows])


def supervisor_of_badge(badge: str) -> int | None:
    """Return the key of the worker who has a badge; None for an empty one.

    Raises:
        NamesNothing: nobody has it.
    """
    if not badge.strip():
        return None
    found = find_by_badge(badge)
    if found is None:
        raise NamesNothing.of_fields({"supervisor_badge": [_("Nobody has the badge %(badge)s.") % {"badge": badge}]})
    return found.pk


def _the_one(field: str, name: str, rows: list[tuple[int, tuple[str | None, ...]]]) -> int:
    wanted = same_text(name)
    found = [pk for pk, names in rows if wanted and wanted in {same_text(each) for each in names if each}]
    if len(found) != 1:
        sentence = _("Several have this name. Send the id.") if found else _("Nothing is known by this name.")
        raise NamesNothing.of_fields({field: [sentence]})
    return found[0]


def _who_has(badge: str) -> int | None:
    """Return the key of the worker under whom a badge is stored, be it a merged one; None where nobody has it."""
    worn = workers_by_badge([badge]).get(same_text(badge), [])
    spelled_so = [each for each in worn if each.badge_id.casefold() == shown_text(badge).casefold()]
    found = {each.learner_id for each in spelled_so or worn}
    if len(found) > 1:
        raise SeveralHaveThisBadge(_("Several workers have this badge, in other spellings. Send it as it is written."))
    return next(iter(found), None)


def _check_complete(facts: LearnerFacts) -> None:
    """Say what a new worker lacks, in the words of the form.

    Raises:
        Invalid: `errors` names each field.
    """
    said: Mapping[str, Any] = facts
    missing = {
        field.name: [str(field.missing)]
        for field in WORKER_FIELDS
        if field.missing and field.name != "badge_id" and said.get(attribute_of(field)) is None
    }
    if missing:
        raise Invalid.of_fields(missing)


def _change(
    learner_id: int,
    facts: LearnerFacts,
    numbers: Mapping[str, str],
    *,
    by: User,
    now: datetime,
    reason: str,
    confirmed: str | None,
) -> Learner:
    with acting(by):
        lock_rules_to_apply()
        learner = lock_learner(learner_id=learner_id)
        check_not_merged(learner)
        said, changed = _differing(learner, facts), _other_numbers(learner, numbers)
        if not (said or changed):
            return learner
        if learner.status == Learner.Status.BLACKLISTED:
            raise StatusNotPossible(
                _("%(worker)s is blocked. Only the worker's page changes a blocked worker.") % {"worker": learner}
            )
        start = said.get("start_date")
        if start is not None and learner.status == Learner.Status.INACTIVE and starts_again(learner, start):
            learner = return_to_site(
                learner_id=learner_id,
                start_date=start,
                company_id=said.get("company_id", learner.company_id),
                role_id=said.get("role_id", learner.role_id),
                by=by,
                now=now,
                reason=reason,
            )
            said = _differing(learner, facts)
        if said or changed:
            learner = edit_learner(
                learner_id=learner_id,
                facts=said,
                numbers=changed,
                confirmed=confirmed,
                reason=reason,
                by=by,
                now=now,
            )
    return learner


def _differing(learner: Learner, facts: LearnerFacts) -> LearnerFacts:
    """Return those of the facts that are not stored so."""
    said: Any = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}
    return cast(LearnerFacts, {name: value for name, value in said.items() if getattr(learner, name) != value})


def _other_numbers(learner: Learner, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return those of the numbers that are not stored so."""
    stored = dict(WorkerNumber.objects.filter(learner=learner).values_list("kind", "value"))
    return {kind: value for kind, value in numbers.items() if stored.get(kind, "") != value.strip()}
