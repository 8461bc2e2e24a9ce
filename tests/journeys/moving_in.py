"""Bringing workbooks in by the pages, as a person does it: the file, its columns, its questions, the check."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from config.demo.workbooks.writing import Workbook
from tests.jobs import run_waiting
from training.core.imports.registry import kind_of

LONGEST = 300_000  # milliseconds that a step of the largest workbook may take on a busy machine


@dataclass
class MovingIn:
    """Somebody who brings workbooks in.

    Attributes:
        work: does what was asked for, where no worker runs beside.
        asked: how many questions each file raised that were not answered already by what was proposed.
    """

    page: Page
    work: Callable[[], None] = run_waiting
    asked: dict[str, int] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        """Go to the imports and hand a file over; the columns are shown then."""
        self.page.locator(".who summary").click()
        self.page.locator(".who").get_by_role("link", name="Import", exact=True).click()
        self.page.locator("input[type=file]").set_input_files(path)
        self.page.get_by_role("button", name="Read the file").click()
        self._work("#columns")

    def agree(self, book: Workbook) -> None:
        """Agree to the kind and the columns that are proposed, which must be the right kind."""
        label = str(kind_of(book.kind).label)
        expect(self.page.get_by_label("What is in it?").locator("option:checked")).to_have_text(label)
        self.page.get_by_role("button", name="These are the columns").click()
        self._work("#questions, #do")

    def answer(self, book: Workbook, answers: Mapping[str, str]) -> None:
        """Answer what is asked: a choice by its label, a field by its text; what is proposed stays."""
        if not self.page.locator("#questions").count():
            if not answers:
                return
            self.page.get_by_role(
                "link", name="Back to the questions"
            ).click()  # what was taken as unsaid is told there
        self.asked[book.path.name] = len(answers)
        for question, said in answers.items():
            group = self.page.get_by_role("group", name=question)
            if group.count():
                group.get_by_label(said, exact=True).check()
                continue
            box = self.page.get_by_label(question)
            if box.evaluate("field => field.tagName") == "SELECT":
                box.select_option(said)
            else:
                box.fill(said)
        self.page.get_by_role("button", name="Check the rows").click()
        self._work("#do")

    def bring_in(self, book: Workbook, answers: Mapping[str, str]) -> dict[str, int]:
        """Bring a workbook in whole; return what the check said, by its words."""
        self.read(book.path)
        self.agree(book)
        self.answer(book, answers)
        told = self.told()
        button = self.page.get_by_role("button", name=re.compile(r"^Bring in"))
        if button.count():
            button.click()
            self._work("dl.facts")
            expect(self.page.locator("#steps [aria-current=step]")).to_have_text("Done")
        return told

    def told(self) -> dict[str, int]:
        """Return what the check says at its top, by its words."""
        lines = self.page.locator("#import-step .sev > *").all_inner_texts()
        return {words: int(number) for number, words in (line.split(maxsplit=1) for line in lines)}

    def _work(self, selector: str) -> None:
        """Do what was asked for, as the worker does, until the page shows what follows."""
        expect(self.page.locator(f"{selector}, #work-heading")).to_be_visible()
        self.work()
        shown = self.page.locator(selector)
        failed = self.page.locator("#import-step .warnbox.bad")
        expect(shown.or_(failed).first).to_be_visible(timeout=LONGEST)
        assert not failed.count(), failed.inner_text()
