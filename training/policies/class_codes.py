"""What a person must decide about class codes, from how they and their sequence stand (K2). Without a database."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

SEQUENCE = "class_code_seq"

# Codes of this form have a number of the sequence; other codes, such as KUD021916-1, never move it (K2).
SEQUENTIAL = r"^[A-Z]{3}[0-9]{4,9}$"

CONSTRAINT = "class_code_unique"

CODE_LENGTH = 50

SEQUENCE_OWNER = "classes.class_code"


@dataclass(frozen=True)
class Duplicate:
    """A code that several classes have."""

    code: str
    class_ids: list[int]


@dataclass(frozen=True)
class CodeIndex:
    """An index of the column; partial ones cover some rows only."""

    name: str
    is_unique: bool
    is_valid: bool
    is_partial: bool


@dataclass(frozen=True)
class CodeSequence:
    """The sequence as the catalog describes it; `next_number` is the one that it gives out next."""

    type: str
    start: int
    increment: int
    minimum: int
    cache: int
    cycles: bool
    owned_by: str | None
    next_number: int


@dataclass(frozen=True)
class CodeReport:
    """What there is to know about class codes.

    Attributes:
        classes, without_code, sequential, other: how many classes there are, and how many of them have no code, a code
            of the form of the sequence, and another code.
        empty: keys of the classes whose code is only blanks.
        highest_number: the highest number among codes of the form of the sequence; None where there is none.
        problems: what a person must decide, in sentences; empty where nothing is wrong.
    """

    classes: int
    without_code: int
    sequential: int
    other: int
    empty: list[int]
    duplicates: list[Duplicate]
    highest_number: int | None
    indexes: list[CodeIndex]
    has_constraint: bool
    sequence: CodeSequence | None
    problems: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def problems(
    *,
    empty: list[int],
    duplicates: list[Duplicate],
    highest_number: int | None,
    indexes: list[CodeIndex],
    has_constraint: bool,
    sequence: CodeSequence | None,
) -> list[str]:
    """Return what is wrong, in sentences that say what to do; the arguments are those of `CodeReport`."""
    problems = [
        f"Code {each.code} belongs to classes {', '.join(map(str, each.class_ids))}. Give each its own."
        for each in duplicates
    ]
    if empty:
        keys = ", ".join(map(str, empty))
        remedy = f"UPDATE classes SET class_code = NULL WHERE class_id IN ({keys})"  # noqa: S608  # told, not run
        problems.append(f"The code of classes {keys} is empty. Give them one, or remove it: {remedy}")
    problems += [
        f"Index {each.name} is not valid: its build failed. Run migrate; it is built anew."
        for each in indexes
        if not each.is_valid
    ]
    if not has_constraint:
        problems.append(f"Constraint {CONSTRAINT} is missing. Run migrate.")
    if sequence is None:
        return [*problems, f"Sequence {SEQUENCE} is missing. Run migrate."]
    settled = (sequence.type, sequence.increment, sequence.cache, sequence.cycles, sequence.owned_by)
    if settled != ("bigint", 1, 1, False, SEQUENCE_OWNER):
        problems.append(
            f"Sequence {SEQUENCE} is not as migrations made it: bigint, increment 1, cache 1, no cycle, owned by "
            "classes.class_code."
        )
    if highest_number is not None and sequence.next_number <= highest_number:
        problems.append(
            f"The next number of {SEQUENCE} is {sequence.next_number}, and there is a code with {highest_number} "
            f"already. Move it: SELECT setval('{SEQUENCE}', {highest_number})"
        )
    return problems


def wrong_code(code: str, *, is_taken: bool, stands_twice: bool, has_client: bool) -> list[str]:
    """Return what is wrong with the code of a class that is brought in from a file, in sentences (K2).

    Args:
        code: as the file has it; empty where the class is to get a new one.
        is_taken: whether a class of the site has it.
        stands_twice: whether another row of the file has it.
        has_client: whether the row names a client.
    """
    wrong = []
    if len(code) > CODE_LENGTH or not code.isprintable():
        wrong.append(_("A class code has at most 50 characters, none of them hidden, such as a line break."))
    elif is_taken:
        wrong.append(_("There is a class with the code %(code)s already.") % {"code": code})
    elif code and stands_twice:
        wrong.append(_("The code %(code)s stands in more than one row.") % {"code": code})
    if not code and not has_client:
        wrong.append(_("Without a code the row needs a client, to be given a new one."))
    return wrong
