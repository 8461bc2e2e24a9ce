"""The columns of tables that are used, with what they are and what stands in them."""

from collections.abc import Mapping, Sequence

from training.core.imports.declaration import ImportColumn, ImportKind
from training.policies.imports.facts import ColumnFacts, TableFacts
from training.policies.imports.tables import ColumnUse, TableUse

Used = Sequence[tuple[ColumnUse, ImportColumn, ColumnFacts]]


def used_columns(
    kind: ImportKind, table: TableUse, facts: Mapping[int, TableFacts]
) -> list[tuple[ColumnUse, ImportColumn, ColumnFacts]]:
    """Return the columns of a table that are used, with what they are and what stands in them."""
    seen = facts[table.sheet].columns if table.sheet in facts else {}
    return [
        (use, kind.column(use.column), seen[use.index])
        for use in table.columns
        if use.column in kind.names and use.index in seen
    ]
