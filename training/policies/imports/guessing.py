"""What a table is, and what its columns are (I3): guessed from headings and contents, confirmed by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from training.core.imports.declaration import ImportColumn, ImportKind, Reads, Thing
from training.policies.imports.facts import ColumnFacts, Look, TableFacts
from training.policies.imports.folding import fold_heading
from training.policies.imports.grids import grid_guess, side_lines_of, sideways_guess
from training.policies.imports.heading_words import NOT_USED, OF_OTHERS
from training.policies.imports.scoring import content_score, heading_score
from training.policies.imports.shape import Heading, TableShape
from training.policies.imports.tables import ColumnUse, Scored, TableLayout
from training.policies.imports.vocabulary import VAGUE_RANK, Vocabulary

LIKELY = 0.46  # from here on a sheet's column is taken for a column of the kind
ALTERNATIVES = 3
SURE = 0.85
PARTLY = 0.75  # below it a heading has only parts in common with a word
FIGURES = 0.8
BY_CONTENT = 0.7
MOSTLY = 0.6


@dataclass(frozen=True)
class ColumnGuess:
    """What a sheet's column is taken for.

    Attributes:
        use: which column of the kind it is; an empty name where none.
        confidence: between 0 and 1.
        alternatives: other columns of the kind that it can be, the likeliest first.
    """

    use: ColumnUse
    confidence: float
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """What a table is taken for.

    Attributes:
        columns: one for each column of the table.
        constants: columns of the kind that have one value for the whole table, which is said above it or by the name
            of the sheet, with that value. A person is asked about each.
        missing: needed columns that the table has not.
        side_lines: of a grid on its side, which column of the kind each line of its heading holds.
        confidence: between 0 and 1; below SURE the page asks which kind it is.
        score: only for comparing guesses.
    """

    kind: str
    layout: TableLayout
    columns: tuple[ColumnGuess, ...]
    constants: Mapping[str, str]
    missing: tuple[str, ...]
    confidence: float
    score: float
    side_lines: tuple[str, ...] = ()

    @property
    def uses(self) -> tuple[ColumnUse, ...]:
        """What each of the table's columns is, as a reading plan takes it."""
        return tuple(each.use for each in self.columns)


def guess_tables(
    shape: TableShape, facts: TableFacts, vocabulary: Vocabulary, *, kind: str | None = None
) -> Sequence[Guess]:
    """Return what a table can be, the likeliest first: each kind as a list and, where it has one, as a grid.

    Args:
        kind: the only one to look at, where a person has chosen it.
    """
    found: list[Guess] = []
    for each in vocabulary.kinds:
        if kind in {None, each.name}:
            found += [guess for guess in _of_kind(shape, facts, vocabulary, each) if guess is not None]
    found.sort(key=lambda guess: -guess.score)
    return _with_confidence(found)


def _with_confidence(found: list[Guess]) -> list[Guess]:
    best = found[0].score if found else 0.0
    rest = {guess.kind: guess.score for guess in reversed(found)}
    second = max((score for name, score in rest.items() if found and name != found[0].kind), default=0.0)
    sure = max(0.0, min(1.0, 0.5 + (best - second) / max(best, 1.0))) if best > 0 else 0.0
    return [
        replace(guess, confidence=round(max(0.0, sure * guess.score / best) if best > 0 else 0.0, 3)) for guess in found
    ]


def _of_kind(shape: TableShape, facts: TableFacts, vocabulary: Vocabulary, kind: ImportKind) -> Sequence[Guess | None]:
    scored: dict[int, Sequence[Scored]] = {
        heading.index: _scores(heading, facts.columns[heading.index], vocabulary, kind) for heading in shape.headings
    }
    assigned = vague_ones(assign(scored, kind), shape, vocabulary, kind)
    title = _title_score(shape, vocabulary, kind)
    seen = _Seen(shape, facts, vocabulary, kind, scored, title)
    as_list = seen.guess(TableLayout.LIST, assigned)
    if kind.grid is None:
        return [as_list]
    grid = grid_guess(shape, facts, vocabulary, kind, assigned)
    sideways = sideways_guess(shape, facts, vocabulary, kind, assigned)
    return [
        as_list,
        seen.guess(TableLayout.GRID, grid) if grid else None,
        replace(seen.guess(TableLayout.SIDEWAYS, sideways), side_lines=side_lines_of(shape, kind, sideways))
        if sideways
        else None,
    ]


def vague_ones(
    assigned: dict[int, Scored], shape: TableShape, vocabulary: Vocabulary, kind: ImportKind
) -> dict[int, Scored]:
    """Mark columns whose heading can mean another column too, where that one is not among the others of the sheet."""
    vague = [column.name for column in kind.columns if column.vague_words]
    have = {each.column for each in assigned.values()}
    if not vague or have >= set(vague):
        return assigned
    return {
        index: replace(each, is_vague=True)
        if each.column in vague and _is_vague(shape.heading(index), each.column, vocabulary, kind)
        else each
        for index, each in assigned.items()
    }


def _is_vague(heading: Heading, column: str, vocabulary: Vocabulary, kind: ImportKind) -> bool:
    words = vocabulary.of_columns[kind.name, column]
    sure = {word: rank for word, rank in words.items() if rank < VAGUE_RANK}
    surely = max(heading_score(heading.text, sure), heading_score(heading.own, sure))
    return surely < max(heading_score(heading.text, words), _says_date(heading, words, vocabulary))


def _scores(heading: Heading, facts: ColumnFacts, vocabulary: Vocabulary, kind: ImportKind) -> list[Scored]:
    found = []
    for column in kind.columns:
        words = vocabulary.of_columns[kind.name, column.name]
        by_heading = max(heading_score(text, dict(words)) for text in {heading.text, heading.own or heading.text})
        if by_heading < PARTLY and _is_of_others(heading, vocabulary, kind):
            by_heading = 0.0
        if by_heading == 0.0 and column.thing is Thing.WORKER and column.name in kind.identified_by:
            by_heading = _says_worker(heading, facts, vocabulary, kind)
        if by_heading == 0.0 and column.vague_words:
            by_heading = _says_date(heading, words, vocabulary)
        content = content_score(column, facts)
        score = _together(column, facts, by_heading, content)
        if score >= LIKELY:
            found.append(Scored(column.name, score, by_heading))
    return sorted(found, key=lambda each: -each.score)


def _is_of_others(heading: Heading, vocabulary: Vocabulary, kind: ImportKind) -> bool:
    """Tell whether a heading is known to other kinds only: parts of it mean nothing to this one."""
    known = vocabulary.words.get(fold_heading(heading.text), ())
    return bool(known) and all(each.kind != kind.name for each in known)


def _says_date(heading: Heading, words: Mapping[str, int], vocabulary: Vocabulary) -> float:
    """Return how well a column of days fits whose heading has the word "date", and beside it no words of any column."""
    parts = fold_heading(heading.text).split()
    if set(parts) & OF_OTHERS or " ".join(parts) in NOT_USED:
        return 0.0
    runs = {" ".join(parts[begin:end]) for begin in range(len(parts)) for end in range(begin + 2, len(parts) + 1)}
    if runs & vocabulary.words.keys():
        return 0.0
    return BY_CONTENT if any(words.get(part) == VAGUE_RANK for part in parts) else 0.0


def _says_worker(heading: Heading, facts: ColumnFacts, vocabulary: Vocabulary, kind: ImportKind) -> float:
    """Return how well a column fits a badge whose heading says only "Employee" and whose cells are numbers."""
    words = vocabulary.of_columns.get((kind.name, "full_name"), {})
    is_number = facts.share(Look.CODE, Look.WHOLE) > FIGURES
    return BY_CONTENT if is_number and fold_heading(heading.text) in words else 0.0


def _together(column: ImportColumn, facts: ColumnFacts, by_heading: float, content: float) -> float:
    """Weigh heading and contents. Contents that cannot be take a column out, whatever its heading says."""
    if by_heading == 0.0:
        return _by_content_alone(column, facts)
    if content <= -1.0 and facts.filled:
        return 0.0
    return by_heading * (0.8 if facts.filled else 0.75) + 0.25 * content


def _by_content_alone(column: ImportColumn, facts: ColumnFacts) -> float:
    if column.name == "email" and facts.share(Look.MAIL) > 0.7:
        return 0.6
    if column.thing is Thing.COURSE and column.reads is Reads.THING and facts.share(Look.COURSE) > FIGURES:
        return 0.55
    return 0.0


def assign(scored: Mapping[int, Sequence[Scored]], kind: ImportKind) -> dict[int, Scored]:
    """Give each column of the kind to the sheet's column that fits it best, and each sheet's column once."""
    pairs = sorted(
        ((each.score, each.by_heading, -index, each) for index, found in scored.items() for each in found),
        key=lambda pair: pair[:3],
        reverse=True,
    )
    taken: dict[str, int] = {}
    assigned: dict[int, Scored] = {}
    for _score, _by_heading, minus, each in pairs:
        if each.column not in taken and -minus not in assigned:
            taken[each.column] = -minus
            assigned[-minus] = each
    return _names_apart(assigned, scored, kind)


def _names_apart(
    assigned: dict[int, Scored], scored: Mapping[int, Sequence[Scored]], kind: ImportKind
) -> dict[int, Scored]:
    """Tell first name, last name and whole name apart: "Name" beside "Vorname" is the last name, alone it is both."""
    if "full_name" not in kind.names:
        return assigned
    where = {each.column: index for index, each in assigned.items()}
    has_first, has_last, has_full = ("first_name" in where, "last_name" in where, "full_name" in where)
    if has_full and has_first and not has_last:
        return _renamed(assigned, where["full_name"], "last_name")
    if has_full and has_last and not has_first:
        return _renamed(assigned, where["full_name"], "first_name")
    if has_first != has_last and not has_full:
        return _renamed(assigned, where["first_name" if has_first else "last_name"], "full_name")
    if has_full and has_first and has_last:
        return {index: each for index, each in assigned.items() if each.column != "full_name"}
    return assigned


def _renamed(assigned: dict[int, Scored], index: int, column: str) -> dict[int, Scored]:
    each = assigned[index]
    return {**assigned, index: Scored(column, each.score, each.by_heading)}


def _title_score(shape: TableShape, vocabulary: Vocabulary, kind: ImportKind) -> float:
    """Return how much title and name of the sheet speak for a kind."""
    best = 0.0
    for text in shape.titles:
        folded = fold_heading(text)
        if kind.name in vocabulary.titles.get(folded, ()):
            best = max(best, 1.5)
            continue
        padded = f" {folded} "
        if len(folded) < 100:
            hits = [
                len(title)
                for title, names in vocabulary.titles.items()
                if kind.name in names and f" {title} " in padded
            ]
            best = max(best, min(1.2, 0.06 * max(hits, default=0)))
    return best


@dataclass(frozen=True)
class _Seen:
    """A table as one kind sees it.

    Attributes:
        scored: by sheet's column, the columns of the kind that it can be.
        title: how much title and name of the sheet speak for the kind.
    """

    shape: TableShape
    facts: TableFacts
    vocabulary: Vocabulary
    kind: ImportKind
    scored: Mapping[int, Sequence[Scored]]
    title: float

    def guess(self, layout: TableLayout, assigned: Mapping[int, Scored]) -> Guess:
        """Return what the table is, if its columns are those that are assigned."""
        kind = self.kind
        constants = _constants(self.shape, self.vocabulary, kind, {each.column for each in assigned.values()}, layout)
        columns = tuple(self.column(heading.index, assigned) for heading in self.shape.headings)
        have = {each.use.column for each in columns} | set(constants)
        if kind.grid and layout is not TableLayout.LIST:
            have |= {kind.grid.heads}
        if {"full_name"} & have:
            have |= {"first_name", "last_name"}
        said = {name for name, text in constants.items() if text}
        lacks = [
            column.name
            for column in kind.columns
            if column.is_needed and column.name not in have - (constants.keys() - said)
        ]
        missing = tuple(name for name in lacks if name not in constants)
        return Guess(kind.name, layout, columns, constants, missing, 0.0, self.score(layout, assigned, have, lacks))

    def column(self, index: int, assigned: Mapping[int, Scored]) -> ColumnGuess:
        """Return what a sheet's column is, and what else it can be."""
        found = assigned.get(index)
        others = dict.fromkeys(
            each.column for each in self.scored[index] if found is None or each.column != found.column
        )
        alternatives = tuple(others)[:ALTERNATIVES]
        if found is None:
            return ColumnGuess(ColumnUse(index, ""), 0.0, alternatives)
        use = ColumnUse(index, found.column, found.head, found.is_vague)
        return ColumnGuess(use, round(min(1.0, found.score), 3), alternatives)

    def score(
        self, layout: TableLayout, assigned: Mapping[int, Scored], have: set[str], missing: Sequence[str]
    ) -> float:
        """Return how well a kind explains a table: by the columns that it knows, and by those that it needs."""
        kind = self.kind
        lone = [each for each in assigned.values() if not each.head]
        heads = [each for each in assigned.values() if each.head]
        score = sum(each.score for each in lone) + min(3.0, 0.6 * len(heads)) + self.title
        if (
            layout is TableLayout.GRID
            and kind.grid
            and len(kind.grid.cells) > 1
            and len({each.head for each in heads if not each.is_vague}) > 1
            and len(have) > 1
        ):
            score += 1.5
        score -= 1.2 * len(missing)
        identity = [name for name in kind.identified_by if name in have]
        if not identity:
            score -= 2.0
        if layout is TableLayout.LIST:
            score -= 0.5 * sum(
                seen.day_share > MOSTLY and index not in assigned
                for index, seen in self.facts.columns.items()
                if seen.filled
            )
            days = [name for name in ("completed_on", "expires_on") if name in kind.names]
            if days and not have.intersection(days):
                score -= 1.5
            own = {
                column.name for column in kind.columns if column.reads is Reads.MONTHS or column.reads is Reads.MINUTES
            }
            score += 0.3 * len(own & have)
        return round(score, 4)


def _constants(
    shape: TableShape, vocabulary: Vocabulary, kind: ImportKind, have: set[str], layout: TableLayout
) -> dict[str, str]:
    """Return columns that the table has not and whose value is said above it, such as its company.

    A needed thing that is said nowhere, such as the session of a list of marks, stands there with an empty text.
    """
    found: dict[str, str] = {}
    heads = kind.grid.heads if kind.grid and layout is not TableLayout.LIST else ""
    for column in kind.columns:
        if column.name in have or column.reads not in {Reads.THING, Reads.DAY, Reads.CLOCK}:
            continue
        if column.name == heads or not column.may_lie_ahead or column.thing is Thing.ROLE:
            continue
        words = dict(vocabulary.of_columns[kind.name, column.name])
        for label in shape.labels:
            if label.value and heading_score(label.label, words) >= 0.85:
                found.setdefault(column.name, label.value)
        if column.is_needed and column.reads is Reads.THING:
            found.setdefault(column.name, "")
    return found
