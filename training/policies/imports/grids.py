"""Grids (I1): workers down and courses across, with days between them; or requirements; or one of them on its side."""

from collections import Counter
from collections.abc import Mapping, Sequence

from training.core.imports.declaration import ImportKind, Reads, Thing
from training.policies.imports.facts import ColumnFacts, Look, TableFacts
from training.policies.imports.folding import fold_heading
from training.policies.imports.heading_words import NOT_USED
from training.policies.imports.scoring import IN_BRACKETS, heading_score
from training.policies.imports.shape import COURSE_CODE, Heading, TableShape
from training.policies.imports.tables import Scored
from training.policies.imports.values.days import DayWhat
from training.policies.imports.vocabulary import VAGUE_RANK, Vocabulary

HEAD_SCORE = 0.8
FITS = 0.5
MOST_MARKS = 15  # different marks in a column of a grid of requirements
FEWEST_HEADS = 2
_SAID = (
    DayWhat.DAY, DayWhat.OPEN, DayWhat.MONTH, DayWhat.FOR_GOOD, DayWhat.BOOKED, DayWhat.TICK, DayWhat.NO, DayWhat.YEAR,
    DayWhat.NO_YEAR, DayWhat.EXPIRED, DayWhat.NOT_APPLICABLE, DayWhat.SEVERAL, DayWhat.LEAP_1900, DayWhat.IMPOSSIBLE,
    DayWhat.TOO_FAR, DayWhat.OTHER_CALENDAR,
)  # fmt: skip


def grid_guess(
    shape: TableShape, facts: TableFacts, vocabulary: Vocabulary, kind: ImportKind, assigned: Mapping[int, Scored]
) -> dict[int, Scored] | None:
    """Return what the columns of a grid are; None where the table is none."""
    if kind.grid is None:
        return None
    sides = {index: each for index, each in assigned.items() if each.column in kind.grid.sides}
    if not sides:
        return None
    found: dict[int, Scored] = {}
    last_head = ""
    first_side = min(sides)
    above = _Above(shape)
    for heading in shape.headings:
        if heading.index in sides or heading.index < first_side:
            last_head = ""
            continue
        head, column = _head_and_cell(heading, above, vocabulary, kind, last_head)
        if not head or not _fits(facts.columns[heading.index], kind):
            last_head = ""
            continue
        if not last_head or head != last_head:
            if _is_known_otherwise(heading, head, vocabulary, kind):
                last_head = ""
                continue
            last_head = head
        found[heading.index] = Scored(column or kind.grid.cells[0], HEAD_SCORE, HEAD_SCORE, head, is_vague=not column)
    heads = {each.head for each in found.values()}
    if len(heads) < FEWEST_HEADS and not any(COURSE_CODE.search(head) for head in heads):
        return None
    return sides | _told_by_partners(found, kind)


class _Above:
    """What stands over several columns of a table, and the words that headings have in common."""

    def __init__(self, shape: TableShape) -> None:
        owns: dict[str, set[str]] = {}
        ends: Counter[str] = Counter()
        for heading in shape.headings:
            if heading.above and heading.own:
                owns.setdefault(heading.above, set()).add(heading.own)
            words = fold_heading(heading.text).split()
            ends.update({words[0], words[-1]} if len(words) > 1 else ())
        below = Counter(own for said in owns.values() for own in said)
        self.repeated = frozenset(own for own, count in below.items() if count > 1)
        self._groups = {above for above, below in owns.items() if len(below) > 1}
        self.common = frozenset(word for word, count in ends.items() if count > 1)

    def head(self, heading: Heading) -> str:
        """Return the line that says the head, for a column whose own line says what its cells are."""
        lines = [line for line in heading.lines[:-1] if line]
        return lines[-1] if lines else heading.above

    def own_head(self, heading: Heading) -> str:
        """Return the head of a column whose own line says no more than that: without the group it stands in."""
        return heading.own if heading.own and heading.above in self._groups else heading.text


def _head_and_cell(
    heading: Heading, above: _Above, vocabulary: Vocabulary, kind: ImportKind, last_head: str
) -> tuple[str, str]:
    """Return what stands above a column of cells, and which column of the kind they fill; empty if it is not said."""
    if kind.grid is None or not heading.text:
        return (last_head, "") if last_head else ("", "")
    if heading.above and heading.own:
        column = _cell_of(heading.own, vocabulary, kind)
        is_cell = heading.own in above.repeated or _is_vague_word(heading.own, vocabulary, kind)
        if column or (len(kind.grid.cells) > 1 and is_cell):
            return _short(above.head(heading)), column
    if len(kind.grid.cells) > 1:
        column = _is_cell_word(heading.text, vocabulary, kind)
        if column and last_head:
            return last_head, column
        head, column = _split_off(above.own_head(heading), above.common, vocabulary, kind)
        if head:
            return _short(head), column
    return _short(above.own_head(heading)), kind.grid.cells[0] if len(kind.grid.cells) == 1 else ""


def _cell_of(text: str, vocabulary: Vocabulary, kind: ImportKind) -> str:
    """Return the column of cells that a text says, such as "valid until"; empty where it says none."""
    if kind.grid is None or len(kind.grid.cells) == 1:
        return ""
    scores = {name: heading_score(text, _sure_words(vocabulary, kind, name)) for name in kind.grid.cells}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 0.8 else ""


def _is_cell_word(text: str, vocabulary: Vocabulary, kind: ImportKind) -> str:
    """Return the column of cells of which a text is a word, and nothing more; empty where it is none."""
    folded = fold_heading(IN_BRACKETS.sub(" ", text))
    found = [name for name in kind.grid.cells if folded in _sure_words(vocabulary, kind, name)] if kind.grid else []
    return found[0] if found else ""


def _sure_words(vocabulary: Vocabulary, kind: ImportKind, column: str) -> dict[str, int]:
    return {word: rank for word, rank in vocabulary.of_columns[kind.name, column].items() if rank < VAGUE_RANK}


def _is_vague_word(text: str, vocabulary: Vocabulary, kind: ImportKind) -> bool:
    words = vocabulary.of_columns[kind.name, kind.grid.cells[0]] if kind.grid else {}
    return words.get(fold_heading(text)) == VAGUE_RANK


def _split_off(text: str, common: frozenset[str], vocabulary: Vocabulary, kind: ImportKind) -> tuple[str, str]:
    """Take "valid until" off "Fire safety valid until", or off its front: the rest is the head.

    A single short word is taken off only where other headings have it too.
    """
    parts = text.split()
    for count in (4, 3, 2, 1):
        if count >= len(parts):
            continue
        for said, rest in ((parts[-count:], parts[:-count]), (parts[:count], parts[count:])):
            folded = fold_heading(" ".join(said))
            for name in kind.grid.cells if kind.grid else ():
                if folded in _sure_words(vocabulary, kind, name) and (len(folded) > 4 or count > 1 or folded in common):
                    return " ".join(rest).strip(" -–—:/()"), name
    return "", ""


def _short(head: str) -> str:
    """Return the code of a course where a head holds one, else the whole head."""
    codes = COURSE_CODE.findall(head)
    return codes[0] if len(codes) == 1 else head


def _fits(facts: ColumnFacts, kind: ImportKind) -> bool:
    """Tell whether what stands in a column can stand in a grid of this kind."""
    if not facts.filled:
        return True
    if _holds_days(kind):
        said = sum(facts.days.whats[what] for what in _SAID)
        return said >= FITS * facts.filled and facts.share(Look.WHOLE, Look.CLOCK) <= FITS + facts.day_share
    if facts.distinct is None or len(facts.distinct) > MOST_MARKS or facts.day_share > FITS:
        return False
    return all(len(text) <= 30 for text in facts.distinct) and facts.share(Look.MAIL, Look.PHONE, Look.COURSE) < FITS


def _holds_days(kind: ImportKind) -> bool:
    return kind.grid is not None and kind.column(kind.grid.cells[0]).reads is Reads.DAY


def _is_known_otherwise(heading: Heading, head: str, vocabulary: Vocabulary, kind: ImportKind) -> bool:
    """Tell whether a heading is known as something else than what stands above a grid, such as the day of birth."""
    for text in {fold_heading(heading.text), fold_heading(head)}:
        if text in NOT_USED:
            return True
        known = vocabulary.words.get(text, ())
        if known and not all(_names_heads(each.kind, each.column, vocabulary, kind) for each in known):
            return True
    return False


def _names_heads(of_kind: str, column: str, vocabulary: Vocabulary, kind: ImportKind) -> bool:
    thing = vocabulary.kind(of_kind).column(column).thing
    return thing is not None and kind.grid is not None and thing is kind.column(kind.grid.heads).thing


def _told_by_partners(found: dict[int, Scored], kind: ImportKind) -> dict[int, Scored]:
    """Where a head stands over two columns and one of them says what it is, the other is the other."""
    if kind.grid is None or len(kind.grid.cells) < 2:
        return found
    told: dict[str, set[str]] = {}
    silent: Counter[str] = Counter()
    for each in found.values():
        if each.is_vague:
            silent[each.head] += 1
        else:
            told.setdefault(each.head, set()).add(each.column)
    others = {
        head: [name for name in kind.grid.cells if name not in told[head]]
        for head, count in silent.items()
        if count == 1 and head in told
    }
    return {
        index: Scored(others[each.head][0], each.score, each.by_heading, each.head)
        if each.is_vague and len(others.get(each.head, ())) == 1
        else each
        for index, each in found.items()
    }


def sideways_guess(
    shape: TableShape, facts: TableFacts, vocabulary: Vocabulary, kind: ImportKind, assigned: Mapping[int, Scored]
) -> dict[int, Scored] | None:
    """Return what the columns of a grid on its side are; None where the table is none.

    Its first column holds what otherwise stands above, such as courses, and its headings are workers, or roles.
    """
    if kind.grid is None:
        return None
    thing = kind.column(kind.grid.heads).thing
    first = next((heading for heading in shape.headings if facts.columns[heading.index].filled), None)
    if first is None:
        return None
    leading = assigned.get(first.index)
    is_led = leading is not None and leading.column == kind.grid.heads
    if not is_led and not (thing is Thing.COURSE and facts.columns[first.index].share(Look.COURSE) > HEAD_SCORE):
        return None
    cells: dict[int, Scored] = {}
    for heading in shape.headings:
        if heading.index == first.index or not heading.text:
            continue
        known = vocabulary.words.get(fold_heading(heading.text), ())
        are_marks = facts.columns[heading.index].share(Look.MARK) > HEAD_SCORE
        if fold_heading(heading.text) in NOT_USED or any(each.kind == kind.name or not are_marks for each in known):
            continue
        if _fits(facts.columns[heading.index], kind):
            cells[heading.index] = Scored(
                kind.grid.cells[0], HEAD_SCORE, HEAD_SCORE, heading.text, is_vague=len(kind.grid.cells) > 1
            )
    if len(cells) < FEWEST_HEADS:
        return None
    return {first.index: Scored(kind.grid.heads, 1.0, 1.0), **cells}


def side_lines_of(shape: TableShape, kind: ImportKind, assigned: Mapping[int, Scored]) -> tuple[str, ...]:
    """Return which side each line of the heading of a grid on its side holds: badges, names, roles."""
    if kind.grid is None:
        return ()
    found: list[str] = []
    for line in range(len(shape.heading_rows)):
        texts = [
            heading.lines[line]
            for heading in shape.headings
            if heading.index in assigned and assigned[heading.index].head and line < len(heading.lines)
        ]
        found.append(_side_of([text for text in texts if text], kind, found))
    return tuple(found)


def _side_of(texts: Sequence[str], kind: ImportKind, taken: Sequence[str]) -> str:
    sides = kind.grid.sides if kind.grid else ()
    if not texts:
        return ""
    with_figures = sum(any(map(str.isdecimal, text)) for text in texts) > len(texts) / 2
    for name in sides:
        reads = kind.column(name).reads
        if name in taken:
            continue
        if reads is Reads.BADGE and not with_figures:
            continue
        if reads is Reads.FULL_NAME and with_figures:
            continue
        return name
    return ""
