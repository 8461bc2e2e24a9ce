"""What became of an import, for the machine that has started it (I9): counts, refusals, questions, who leaves."""

from typing import Any

from attendance.pages.import_leavers import who_leaves
from attendance.pages.import_rows import group_lines
from training.models import Import


def import_report(one: Import, *, status: int) -> dict[str, Any]:
    """Return the report of an import as plain values.

    Args:
        status: with which the command ends.
    """
    leavers = one.report.get("leavers") or {}
    return {
        "status": status,
        "import": one.pk,
        "kind": one.kind,
        "sender": one.sender,
        "files": [{"name": each.name, "sha256": each.sha256} for each in one.files.all()],
        "state": one.state,
        "failure": one.failure,
        "counts": one.counts,
        "refusals": [
            {
                "column": group.column,
                "reason": group.sentence,
                "count": group.count,
                "cells": list(group.cells),
                "values": [value for value, _count in group.values],
            }
            for group in group_lines(one)
        ],
        "questions": {name: asked for name, asked in one.questions.items() if asked},
        "leavers": {
            "count": leavers.get("count", 0),
            "areMany": leavers.get("are_many", False),
            "whyNobody": leavers.get("why_nobody", ""),
            "companies": [
                {"name": name, "leaving": gone, "active": of} for name, gone, of in leavers.get("companies", [])
            ],
            "workers": who_leaves(one) if leavers else [],
        },
    }
