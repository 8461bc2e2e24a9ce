"""House rule 7: legal state changes are one visible table, and docs/states.md shows each of them as it is."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.module_loading import import_string

from config import state_diagrams
from config.state_diagrams import BEGIN, END, MACHINES, Machine, drawn
from learners.models import LearnerProgression, ProgressionEvent
from learners.policies.hours import STATE_AFTER
from training.models import SESSION_STEPS, Session

ARROW = re.compile(r"^    (\S+) --> (\S+?)(?:: (\w+))?$", re.MULTILINE)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the page, which is written in place of it."""
    copy = tmp_path / "states.md"
    copy.write_text(state_diagrams.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(state_diagrams, "PAGE", copy)
    return copy


def arrows_of(title: str) -> set[tuple[str, str, str]]:
    """Return the arrows of one diagram: from, to, name."""
    section = drawn().split(f"## {title}\n")[1].split("## ")[0]
    return set(ARROW.findall(section))


def test_the_page_says_what_the_tables_say() -> None:
    assert drawn() in state_diagrams.PAGE.read_text(encoding="utf-8")
    call_command("state_diagram", "--check")


def test_a_changed_table_is_told_and_drawn(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = page.read_text()
    monkeypatch.setitem(SESSION_STEPS, Session.Status.CANCELLED, frozenset({Session.Status.DRAFT}))

    with pytest.raises(CommandError, match=r"states\.md does not say .* manage\.py state_diagram"):
        call_command("state_diagram", "--check")
    assert page.read_text() == before  # a check writes nothing

    call_command("state_diagram")
    assert page.read_text() == before.replace(
        "    COMPLETED --> [*]\n    CANCELLED --> [*]", "    CANCELLED --> DRAFT\n    COMPLETED --> [*]"
    )
    call_command("state_diagram", "--check")


def test_what_is_written_by_hand_around_the_diagrams_stays(page: Path) -> None:
    page.write_text(f"# By hand\n\n{BEGIN}\nold\n{END}\n\nBy hand, too.\n")
    call_command("state_diagram")
    assert page.read_text() == f"# By hand\n\n{BEGIN}\n\n{drawn()}\n{END}\n\nBy hand, too.\n"


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}\n{BEGIN}", f"{BEGIN}\n{END}\n{BEGIN}\n{END}"])
def test_a_page_without_its_marks_is_refused_and_stays(page: Path, text: str) -> None:
    page.write_text(text)
    with pytest.raises(CommandError, match="once each"):
        call_command("state_diagram")
    assert page.read_text() == text


def test_s9_every_step_of_a_session_is_an_arrow_and_nothing_else_is() -> None:
    assert arrows_of("Sessions") == {
        ("[*]", "DRAFT", ""),
        ("DRAFT", "SCHEDULED", ""),
        ("DRAFT", "CANCELLED", ""),
        ("SCHEDULED", "COMPLETED", ""),
        ("SCHEDULED", "CANCELLED", ""),
        ("COMPLETED", "[*]", ""),
        ("CANCELLED", "[*]", ""),
    }


def test_h7_the_steps_of_a_programme_bear_their_names() -> None:
    assert arrows_of("Programmes") == {
        ("[*]", "in_progress", ""),
        ("in_progress", "on_hold", "held"),
        ("in_progress", "completed", "completed"),
        ("on_hold", "in_progress", "resumed"),
        ("on_hold", "completed", "completed"),
        ("completed", "in_progress", "resumed"),
    }
    assert [STATE_AFTER[ProgressionEvent.Kind.STARTED]] == [
        machine.first for machine in MACHINES if machine.model is LearnerProgression
    ]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.title)
def test_every_state_is_reached(machine: Machine) -> None:
    assert {machine.first, *(step.after for step in machine.steps())} == {state for state, _word in machine.states}


def test_the_diagrams_do_not_depend_on_the_language() -> None:
    expected = drawn()
    with translation.override("de"):
        assert drawn() == expected


def test_a_class_is_activated_once_and_stopped_and_started_again() -> None:
    assert arrows_of("Classes") == {
        ("[*]", "draft", ""),
        ("draft", "active", "activate"),
        ("active", "stopped", "stop"),
        ("stopped", "active", "restart"),
    }


def test_h4_a_meeting_goes_back_to_pending_and_nowhere_else() -> None:
    """The arrows that lead away from what is recorded: the void, and no second record of another kind."""
    locked = {"captured", "client_cancelled", "agent_absent"}
    assert {(before, after) for before, after, _name in arrows_of("Class meetings") if before in locked} == {
        (state, "pending") for state in locked
    }


def test_b2_the_states_of_a_job_are_read_from_its_own_field() -> None:
    arrows = arrows_of("Jobs")
    assert {after for before, after, _name in arrows if before == "RUNNING"} == {
        "RUNNING",
        "WAITING",
        "DONE",
        "FAILED",
        "CANCELLED",
    }
    assert {before for before, after, _name in arrows if after == "[*]"} == {"DONE", "FAILED", "CANCELLED"}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.title)
def test_every_state_of_the_model_has_its_line_in_the_table(machine: Machine) -> None:
    """A new state that nobody has put into the table would stop a service with a KeyError."""
    if len(machine.tables) == 1:
        table = import_string(machine.tables[0])
        assert {str(state) for state in table} == {state for state, _word in machine.states}
