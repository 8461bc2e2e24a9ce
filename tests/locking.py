"""Locking queries are bare: they read one table, and decide by its own columns (see `training.core.transactions`)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LOCKS = re.compile(r"\bFOR\s+(NO\s+KEY\s+|KEY\s+)?(UPDATE|SHARE)\b", re.IGNORECASE)
READS_MORE = re.compile(r"\bJOIN\b|\bUNION\b|\bWITH\b|\bEXISTS\b|\bSELECT\b.*\bSELECT\b", re.IGNORECASE | re.DOTALL)
ONE_TABLE = re.compile(
    r"\bFROM\s+(?:\w+\.)?[\"\w.]+(?:\s+(?:AS\s+)?[\"\w]+)?\s+(?:WHERE|ORDER|LIMIT|FOR)\b", re.IGNORECASE
)

DEFINES = re.compile(r"(\s|--[^\n]*\n)*(CREATE|DO|COMMENT|DROP|ALTER)\b", re.IGNORECASE)

_old_shapes = 0


def is_bare(statement: str) -> bool:
    """Tell whether a statement that locks rows reads no other table, and nothing twice."""
    return READS_MORE.search(statement) is None and ONE_TABLE.search(statement) is not None


@contextmanager
def joins_allowed() -> Iterator[None]:
    """For controls, which show what a join in a locking query does."""
    global _old_shapes  # noqa: PLW0603  # every thread of the test
    _old_shapes += 1
    try:
        yield
    finally:
        _old_shapes -= 1


def refuse_joins(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Wrap the execution of every statement of the suite. Functions of the database are looked at by themselves."""
    if isinstance(sql, str) and not _old_shapes and LOCKS.search(sql) and not DEFINES.match(sql):
        assert is_bare(sql), f"A locking query reads one table; load what it names afterwards: {sql}"
    return execute(sql, params, many, context)
