"""Figures of a journey: what a person does to get something done, counted where it is done, and how long it takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import FileChooser, Keyboard, Locator, Mouse, Page, Touchscreen

HEAD = "| stage | clicks | fields | keys | seconds |\n|---|---:|---:|---:|---:|"
A_MINUTE = 60.0

# What stands for one act of a hand. Text and its characters, a choice and a file are one field each.
COUNTED = {
    "clicks": ("click", "tap", "check", "uncheck", "set_checked"),
    "fields": ("fill", "type", "press_sequentially", "insert_text", "select_option", "set_input_files", "set_files"),
    "keys": ("press", "blur", "focus"),
}
# What a person does otherwise (by an address, with a held button, twice) would go uncounted, so no stage may do it.
REFUSED = (
    *("goto", "reload", "go_back", "go_forward", "set_content"),
    *("dblclick", "down", "up", "drag_to", "drag_and_drop", "drop", "clear", "dispatch_event", "select_text"),
)
HANDS = (Locator, Page, Keyboard, Mouse, Touchscreen, FileChooser)


@dataclass
class Stage:
    """What one stage took.

    Attributes:
        clicks: presses of a mouse button, or of a finger.
        fields: fields that were filled, chosen or given a file, however each was reached.
        keys: keys pressed for themselves, such as `/`, Enter or Delete.
        seconds: of the clock, from the first act until the page has said that it is done.
    """

    name: str
    clicks: int = 0
    fields: int = 0
    keys: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"| {self.name} | {self.clicks} | {self.fields} | {self.keys} | {self.seconds:.1f} |"


class Figures:
    """The stages of a journey, in their order. `conftest.figures` makes one for a test and prints it."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []

    @contextmanager
    def stage(
        self, name: str, *, clicks: int, fields: int = 0, keys: int = 0, seconds: float = A_MINUTE
    ) -> Iterator[Stage]:
        """Count every act of the browser's hands within, and refuse more of them than these.

        Args:
            clicks, fields, keys: the most that the stage may take; who adds a step to a page meets them.
            seconds: the most that it may take on any machine.
        """
        stage = Stage(name)
        self.stages.append(stage)
        with _counting_into(stage):
            begun = time.monotonic()
            try:
                yield stage
            finally:
                stage.seconds += time.monotonic() - begun
        assert (stage.clicks <= clicks, stage.fields <= fields, stage.keys <= keys) == (True, True, True), stage
        assert stage.seconds < seconds, stage

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let the test look at something within a stage, which is neither the person's time nor an act of hers."""
        stage, begun = self.stages[-1], time.monotonic()
        before = stage.clicks, stage.fields, stage.keys
        yield
        stage.clicks, stage.fields, stage.keys = before
        stage.seconds -= time.monotonic() - begun

    def __str__(self) -> str:
        return "\n".join([HEAD, *map(str, self.stages)])


@contextmanager
def _counting_into(stage: Stage) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for hand in HANDS:
            for kind, names in COUNTED.items():
                for name in names:
                    if do := vars(hand).get(name):
                        patch.setattr(hand, name, _counted(do, stage, kind))
            for name in REFUSED:
                if name in vars(hand):
                    patch.setattr(hand, name, _refused(name))
        yield


def _counted(do: Callable[..., Any], stage: Stage, kind: str) -> Callable[..., Any]:
    def act(*arguments: Any, **options: Any) -> Any:
        setattr(stage, kind, getattr(stage, kind) + 1)
        return do(*arguments, **options)

    return act


def _refused(name: str) -> Callable[..., Any]:
    def act(*_arguments: Any, **_options: Any) -> Any:
        raise AssertionError(f"“{name}” is not counted: let the stage do what a hand does")

    return act
