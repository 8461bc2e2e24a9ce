"""Who a worker is told from others by: badge, name and other numbers are compared before they are written (L4)."""

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import Learner, WorkerNumber
from learners.selectors.sameness import near_badges, workers_by_badge, workers_by_number, workers_named
from training.core.questions import check_confirmed
from training.core.refusals import Invalid, check_fields
from training.core.sameness import near_name, near_text, same_text
from training.core.words import day as day_in_words
from training.policies.names import check_is_seen, look_alikes

NUMBER_FIELD = "numbers."  # and the kind: the name of the field at which a number is refused


class BadgeTaken(Invalid):
    """The badge is, or was, somebody else's (400). Of two people at the same moment the slower one gets a Conflict."""


class NumberTaken(Invalid):
    """The number is another worker's (400). Of two people at the same moment the slower one gets a Conflict."""


class NumberNotAsked(Invalid):
    """Numbers of this kind are not kept here (400)."""


def check_badge(learner: Learner) -> None:
    """L3, L4: a badge belongs to one person for good, in every spelling.

    The constraint `badge_of_one_person_however_spelled` keeps it.

    Args:
        learner: with the new badge. The badge that it has already may be spelled in another way.

    Raises:
        BadgeTaken: it is or was somebody else's.
    """
    if not _has_new_badge(learner):
        return
    key = same_text(learner.badge_id)
    taken = next((each for each in workers_by_badge([key]).get(key, ()) if each.learner_id != learner.pk), None)
    if taken is None:
        return
    sentence = (
        _("This badge belongs to %(worker)s.")
        if taken.valid_to is None
        else _("This badge belonged to %(worker)s until %(day)s and still finds that worker. Give another one.")
    )
    worker = Learner.objects.get(pk=taken.learner_id)
    raise BadgeTaken.of_fields({"badge_id": [sentence % {"worker": worker, "day": day_in_words(taken.valid_to)}]})


def check_names(learner: Learner) -> None:
    """L4: a name has something that can be seen.

    Raises:
        NameUnseen: `errors` names the field.
    """
    for field in ("first_name", "last_name", "other_name"):
        check_is_seen(getattr(learner, field), field=field)


def check_is_meant(learner: Learner, *, confirmed: str | None) -> None:
    """L4: ask whether a badge that looks like another one, or a second worker of one name and employer, is meant.

    Args:
        learner: with its new facts, before it is written.
        confirmed: the word of the questions that the person confirmed; None where nobody can be asked.

    Raises:
        ConfirmationNeeded: nobody has confirmed them.
    """
    questions = _about_badge(learner) if _has_new_badge(learner) else []
    if learner.pk is None:
        questions += _about_name(learner)
    check_confirmed(questions, confirmed)


def _has_new_badge(learner: Learner) -> bool:
    """Tell whether the badge is another one than the stored one, and not that one in another spelling."""
    return learner.pk is None or bool(same_text(learner.badge_id) != learner.badge_key)


def _about_badge(learner: Learner) -> list[str]:
    near = near_text(learner.badge_id)
    alike = [each for each in near_badges([near]).get(near, ()) if each.person_id != learner.person.pk]
    people = Learner.objects.in_bulk({each.person_id for each in alike})
    told = dict.fromkeys(f"{each.badge_id} ({people[each.person_id].name})" for each in alike)
    question = _("The badge %(badge)s looks like %(others)s. Is this another person?")
    asked = [question % {"badge": learner.badge_id, "others": ", ".join(told)}] if told else []
    return [*asked, *look_alikes(learner.badge_id, is_near=bool(told))]


def _about_name(learner: Learner) -> list[str]:
    named = workers_named([(learner.first_name, learner.last_name, learner.company_id)])
    same = named.get((near_name(learner.name), learner.company_id), ())
    if not same:
        return []
    question = _("%(others)s of %(company)s has the same name. Is this another person?")
    others = ", ".join(str(each) for each in same)
    return [question % {"others": others, "company": same[0].company}]


def write_numbers(learner: Learner, numbers: Mapping[str, str], *, kinds: Sequence[str], by: User) -> None:
    """Write other numbers of a worker whom the caller has locked or just made; an empty one is removed.

    Args:
        numbers: by kind. Kinds that are left out stay as they are.
        kinds: those that are kept here; a number of another kind that is there can only be removed.

    Raises:
        NumberTaken, NumberNotAsked, Invalid: `errors` names the field, which is "numbers." and the kind.
    """
    before = {each.kind: each for each in WorkerNumber.objects.filter(learner=learner)}
    typed = {kind: value.strip() for kind, value in numbers.items()}
    held = workers_by_number(typed.items())
    for kind, value in sorted(typed.items()):
        row = before.get(kind)
        if not value:
            if row is not None:
                row.delete()
            continue
        if row is not None and row.value == value:
            continue
        if kind not in kinds:
            raise NumberNotAsked.of_fields(_at(kind, _("Numbers of this kind are not kept here.")))
        holder = held.get((kind, same_text(value)))
        if holder not in (None, learner.pk):
            sentence = _("This number belongs to %(worker)s.")
            raise NumberTaken.of_fields(_at(kind, sentence % {"worker": Learner.objects.get(pk=holder)}))
        _write_number(row or WorkerNumber(learner=learner, kind=kind, created_by=by), value, by=by)


def _write_number(row: WorkerNumber, value: str, *, by: User) -> None:
    row.value, row.updated_by = value, by
    try:
        check_fields(row)
    except Invalid as refusal:
        raise Invalid.of_fields({f"{NUMBER_FIELD}{row.kind}": [refusal.message]}) from refusal
    row.save()


def _at(kind: str, sentence: str) -> dict[str, list[str]]:
    return {f"{NUMBER_FIELD}{kind}": [sentence]}
