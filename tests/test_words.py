"""One word for one thing: no text that people read uses a word that docs/words.md rules out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.environment import CHECKOUT

APPS = ("attendance", "config", "learners", "training")
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
IN_TEMPLATES = re.compile(
    r"""{%\s*translate\s+(?:"([^"]*)"|'([^']*)')|\b_\("([^"]*)"\)|{%\s*blocktranslate.*?%}(.*?){%\s*endblocktranslate""",
    re.DOTALL,
)
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|{{.*?}}|{%.*?%}|`[^`]*`")

# What is ruled out, and the texts in which it stays, with the reason.
FORBIDDEN: dict[str, dict[str, str]] = {
    r"\blearners?\b": {},
    r"\bagents?\b": {},
    r"\bcaptur(?:e|es|ed|ing)\b": {},
    r"\bvoid(?:s|ed)?\b": {},
    r"\bprogressions?\b": {},
    r"\bclass sessions?\b": {},
    r"\bcompetency\b": {},
    r"\b[Nn]ot compliant\b|\bCompliant\b": {},
    r"\bPlanned\b": {},
    r"\b[Pp]ut\b.*\bright\b": {},
    r"\bIDs?\b": {},
    r"\b[Aa]sk(?:s|ed) (?:from|of)\b|\basks for (?:this|that|the) course\b|\basked by\b": {
        "asked by": "of a job: the login that asked for the file",
    },
    r"\b[Ww]ho turns\b|\bdays come back\b|\bby now\b|\bmeanwhile\b": {},
    r"\b[Aa]udit trail\b": {},
    r"\bagain and again\b|\ball the same\b|\bWhoever\b|\blies ahead\b": {},
}


def _of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in GETTEXT:
                constants = (each.value for each in node.args if isinstance(each, ast.Constant))
                yield from (each for each in constants if isinstance(each, str))


def _texts() -> Iterator[tuple[str, str]]:
    for path in (CHECKOUT / "templates").rglob("*.html"):
        for found in IN_TEMPLATES.finditer(path.read_text()):
            yield path.name, " ".join(next(filter(None, found.groups()), "").split())
    for app in APPS:
        for path in (CHECKOUT / app).rglob("*.py"):
            if "migrations" not in path.parts and "demo" not in path.parts:
                yield from ((path.name, text) for text in _of_python(path))


TEXTS = list(_texts())


def test_the_texts_are_found() -> None:
    texts = {text for _where, text in TEXTS}
    assert {"Record hours", "Trainer absent", "Finalized", "This session is cancelled."} <= texts
    assert len(texts) > 1500


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_text_uses_a_word_that_is_ruled_out(pattern: str) -> None:
    ruled_out = re.compile(pattern)
    found = {(where, text) for where, text in TEXTS if ruled_out.search(PLACEHOLDER.sub(" ", text))}
    assert {each for each in found if each[1] not in FORBIDDEN[pattern]} == set()


def test_what_stays_is_still_said() -> None:
    texts = {text for _where, text in TEXTS}
    assert {text for stays in FORBIDDEN.values() for text in stays} - texts == set()
