"""One way for each thing, where a linter does not see it: how services write, how they say no, what kinds are."""

import ast
import re
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
APPS = ("training", "learners", "attendance", "config")
# A job or a periodic run is written down in steps of its own: what was begun stays known when its process is killed.
STEPS_OF_THEIR_OWN = {
    "training/services/jobs.py",
    "training/services/job_runs.py",
    "training/services/periodic_runs.py",
}
ENUMS = {"StrEnum", "models.TextChoices"}
NAMES_OF_KINDS = {"kind", "status", "outcome", "result", "standing", "door"}
OPENS = re.compile(r"transaction\.atomic\(|with database_refusals\(\)|as_person\(")


def services() -> list[str]:
    rooms = [CHECKOUT / app / "services" for app in APPS] + [CHECKOUT / "learners" / "evidence"]
    found = [path for room in rooms for path in room.glob("*.py")]
    return sorted(str(path.relative_to(CHECKOUT)) for path in found)


def test_there_are_services() -> None:
    assert len(services()) > 20


@pytest.mark.parametrize("path", services())
def test_a_service_opens_its_transaction_by_acting(path: str) -> None:
    text = (CHECKOUT / path).read_text()
    assert bool(OPENS.search(text)) == (path in STEPS_OF_THEIR_OWN)


def test_what_is_not_there_is_one_refusal() -> None:
    said = [
        str(path.relative_to(CHECKOUT))
        for app in APPS
        for path in (CHECKOUT / app).rglob("*.py")
        if re.search(r"^    status = 404$", path.read_text(), re.MULTILINE)
    ]
    # A file that is missing in the store is told apart by whoever verifies the store.
    assert sorted(said) == ["learners/evidence/store.py", "training/core/refusals.py"]


def rooms(*names: str) -> list[Path]:
    return sorted(path for app in APPS for name in names for path in (CHECKOUT / app / name).rglob("*.py"))


def values_of_kinds(tree: ast.Module) -> Iterator[str]:
    """Yield the values of every enum of texts in a module, whether Django's or Python's own."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or not ENUMS.intersection(map(ast.unparse, node.bases)):
            continue
        for line in node.body:
            value = line.value if isinstance(line, ast.Assign) else None
            first = value.elts[0] if isinstance(value, ast.Tuple) else value
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def literals_that_decide(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what a value is compared with, and what is passed on as a kind, a status or a result."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            pairs = zip((node.left, *node.comparators), (node.ops[0], *node.ops), strict=True)
            for side, how in pairs:
                if isinstance(how, ast.Eq | ast.NotEq):
                    yield side
                elif isinstance(side, ast.Tuple | ast.List | ast.Set):
                    yield from side.elts
        elif isinstance(node, ast.MatchValue) or (isinstance(node, ast.keyword) and node.arg in NAMES_OF_KINDS):
            yield node.value


def bare_kinds(tree: ast.Module, known: Container[str]) -> list[str]:
    return [
        f"{each.lineno}: {each.value!r}"
        for each in literals_that_decide(tree)
        if isinstance(each, ast.Constant) and each.value in known
    ]


def test_a_kind_is_a_member_of_its_enum_and_never_a_bare_string() -> None:
    trees = {path: ast.parse(path.read_text()) for app in APPS for path in (CHECKOUT / app).rglob("*.py")}
    known = {value for tree in trees.values() for value in values_of_kinds(tree)}
    assert {"bad", "VERSION", "CANCELLED", "in_progress"} <= known
    below_the_web = rooms("policies", "selectors", "services", "pages", "papers", "evidence", "templatetags", "core")
    bare = {str(path.relative_to(CHECKOUT)): bare_kinds(trees[path], known) for path in below_the_web}
    assert {path: found for path, found in bare.items() if found} == {}


@pytest.mark.parametrize(
    "line",
    ['x.status == "bad"', 'x.kind in ("ok", "bad")', '"bad" != x', 'make(kind="bad")', 'match x:\n  case "bad": pass'],
)
def test_a_bare_kind_is_found(line: str) -> None:
    assert len(bare_kinds(ast.parse(line), {"bad"})) == 1


@pytest.mark.parametrize(("app", "above"), [("training", ("learners", "attendance")), ("learners", ("attendance",))])
def test_no_app_names_a_page_of_an_app_above_it(app: str, above: tuple[str, ...]) -> None:
    below = (CHECKOUT / app).rglob("*.py")
    named = re.compile(rf"""["']({"|".join(above)}):[a-z]""")
    assert [str(path.relative_to(CHECKOUT)) for path in below if named.search(path.read_text())] == []
