"""What .ci/audit concludes from pip-audit's report: nothing that was not judged passes as judged."""

import json
import subprocess
import sys
from typing import Any

import pytest

from config.environment import CHECKOUT

SOUND = {"name": "django", "version": "5.2", "vulns": []}
VULNERABLE = {"name": "pillow", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
SKIPPED = {"name": "segno", "skip_reason": "Dependency not found on PyPI and could not be audited: segno (1.6.6)"}


def judged(report: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CHECKOUT / ".ci" / "judge_audit.py"],
        input=report,
        capture_output=True,
        text=True,
        check=False,
    )


def report_of(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("report", "status", "said"),
    [
        (report_of(SOUND), 0, "1 packages, no known vulnerability"),
        (report_of(SOUND, VULNERABLE), 1, "pillow: PYSEC-1"),
        (report_of(SOUND, SKIPPED), 1, "NOT JUDGED: segno"),
        (report_of(SKIPPED, SKIPPED), 3, "NOT JUDGED"),
        (report_of(), 3, "NOT JUDGED"),
        ("", 3, "NOT JUDGED"),
        ("Traceback", 3, "NOT JUDGED"),
    ],
)
def test_only_what_was_judged_passes(report: str, status: int, said: str) -> None:
    found = judged(report)
    assert found.returncode == status
    assert said in found.stdout + found.stderr
