"""Values of rows on their way through JSON: what was read from a file comes back as it was."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from training.core.imports.declaration import ImportKind, Reads


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a row as JSON can hold them."""
    return {name: _plain(value) for name, value in values.items()}


def from_json(kind: ImportKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that `as_json` was given, by the columns of their kind."""
    return {name: _typed(kind.column(name).reads, value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _typed(reads: Reads, value: Any) -> Any:
    match reads:
        case Reads.DAY if isinstance(value, str):
            return date.fromisoformat(value)
        case Reads.CLOCK if isinstance(value, str):
            return time.fromisoformat(value)
        case Reads.NUMBER if isinstance(value, str):
            return Decimal(value)
        case _:
            return value
