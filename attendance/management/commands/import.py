"""Bring a file of one kind in from a shell: checked first, and only as a named login may (I1, I5, I6)."""

import json
import os
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from attendance.pages.import_report import import_report
from attendance.pages.import_rows import group_lines
from attendance.pages.import_turns import Phase, turns_told
from attendance.pages.imports import counts_told, leftover_line, taken_back_lines, wrong_of
from attendance.selectors.named import Names
from attendance.services.imports.agreeing import agree_columns, layout_known
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.dropping import drop_import
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from attendance.services.imports.steps import SAME_AS
from learners.policies.leavers import Holds
from training.core import progress_bar
from training.core.audit_context import as_command
from training.core.imports.declaration import Thing
from training.core.imports.registry import kinds
from training.core.imports.rows import RowOutcome
from training.core.refusals import Refusal
from training.models import Import
from training.services.imports.contract import TAKEN_BACK

# exit statuses: rows are refused; questions have to be answered; so many leave that a superuser has to say so
WRONG, ASKED, MANY_LEAVE = 1, 3, 4


class Command(BaseCommand):
    help = (
        "Checks a workbook or CSV file of one kind and brings it in, all rows or none. Columns are known by their "
        "headings, or as they were agreed on before. What is not clear is asked: --questions FILE writes the questions "
        "with room for answers, --answers FILE reads them. With --holds-everybody whoever of the site, or of "
        "the named companies, is not in the file leaves. Exit status 1: rows were refused, or something else, and "
        "nothing was written; 3: questions are to be answered; 4: so many leave that a superuser has to say how many."
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[kind.name for kind in kinds()])
        parser.add_argument("file", type=Path, nargs="+")
        parser.add_argument("--by", required=True, help="the login that does it, and whose rights count")
        parser.add_argument("--sender", default="", help="whose file it is; agreed names are remembered for it")
        parser.add_argument("--answers", type=Path, help="a JSON file of answers")
        parser.add_argument("--questions", type=Path, help="where questions are written as JSON, if there are any")
        parser.add_argument("--check", action="store_true", help="check the file, write nothing")
        parser.add_argument("--only-good", action="store_true", help="bring in the good rows and leave the others")
        parser.add_argument("--certificates", type=Path, metavar="DIR", help="the folder with their certificates")
        parser.add_argument(
            "--only-agreed", action="store_true", help="store of the file only the columns that were agreed on"
        )
        parser.add_argument(
            "--take-back", action="store_true", help="revoke what the register said before and does not say any more"
        )
        parser.add_argument("--report", type=Path, help="where what became of it is written as JSON, whatever that is")
        everybody = parser.add_argument_group("workers again and again")
        everybody.add_argument("--holds-everybody", action="store_true", help="who is not in the file leaves")
        everybody.add_argument(
            "--company", action="append", default=[], help="the file holds everybody of this one only; repeatable"
        )
        everybody.add_argument("--file-date", type=date.fromisoformat, help="of which day it is: 2026-05-31")
        everybody.add_argument("--accept-leavers", type=int, metavar="N", help="so many may leave; for superusers")

    def handle(self, *args: Any, kind: str, file: list[Path], by: str, **options: Any) -> None:
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active login {by}.")
        self._one: Import | None = None
        status = WRONG
        try:
            with as_command("import"), ExitStack() as stack:
                files = [File(stack.enter_context(path.open("rb")), name=path.name) for path in file]
                if options["certificates"] is not None:
                    files.append(stack.enter_context(_archive_of(options["certificates"])))
                status = self._import(kind, files, user, **options)
        except (OSError, ValueError, Refusal, CommandError) as error:
            if options["report"] is not None and self._one is None:
                _write(options["report"], {"status": status, "failure": str(error)})
            raise CommandError(str(error)) from error
        if status:
            sys.exit(status)

    def _import(self, kind: str, files: list[Any], by: User, **options: Any) -> int:
        said = json.loads(options["answers"].read_text()) if options["answers"] else {}
        said = {**said, "choices": {**said.get("choices", {}), **_everybody(**options)}}
        one = self._one = start_import(
            files=files, sender=options["sender"], kind=kind, said=said, by=by, now=timezone.now()
        )
        status = WRONG
        try:
            status = self._work(one, by, **options)
        except BaseException as error:
            one.refresh_from_db()
            one.failure = one.failure or str(error)
            self._report(one, status, options["report"])
            self._drop(one, by)
            raise
        one.refresh_from_db()
        self._report(one, status, options["report"])
        if status or options["check"]:
            self._drop(one, by)
        return status

    def _work(self, one: Import, by: User, **options: Any) -> int:
        one = read_import(import_id=one.pk, by=by, now=timezone.now(), tell=self._tell)
        layout = layout_known(one)
        if not layout:
            raise CommandError(
                "It is not clear which column is which. Agree on the columns once on the page of imports, "
                "or name them in --answers as “layout”."
            )
        one = agree_columns(
            import_id=one.pk,
            kind=one.kind,
            layout=layout,
            sender=one.sender,
            seen=one.changed_at,
            by=by,
            now=timezone.now(),
        )
        if not stage_import(import_id=one.pk, by=by, now=timezone.now(), tell=self._tell):
            return self._ask(one, options["questions"])
        one = check_import(import_id=one.pk, by=by, now=timezone.now(), tell=self._tell)
        self._tell_check(one)
        status = self._status_of_check(one, **options)
        if status is not None:
            return status
        one = do_import(
            import_id=one.pk,
            fingerprint=one.fingerprint,
            only_good=options["only_good"],
            take_back=options["take_back"],
            only_agreed=options["only_agreed"],
            accept_leavers=options["accept_leavers"],
            by=by,
            now=timezone.now(),
            tell=self._tell,
        )
        self.stdout.write(f"Brought in: {counts_told(one)}. This is import {one.pk}.")
        self.stdout.write(turns_told(one, Phase.DONE))
        return 0

    def _tell_check(self, one: Import) -> None:
        self.stdout.write(f"Checked: {counts_told(one) or 'no rows'}.")
        for group in group_lines(one):
            cells = ", ".join(group.cells) + (f" and {group.more} more" if group.more else "")
            self.stdout.write(_visible(f"{group.count} × {group.column}: {group.sentence} {cells}"))
        if (left := leftover_line(one)) is not None:
            more = f" and {left.more} more" if left.more else ""
            self.stdout.write(_visible(f"Files that no row names: {', '.join(left.names)}{more}"))
        for line in taken_back_lines(one):
            says = line.says or "gone, or struck out"
            self.stdout.write(_visible(f"Taken back: {line.what}, {line.said} before, now {says}."))
        leavers = one.report.get("leavers") or {}
        if leavers.get("why_nobody"):
            self.stdout.write(leavers["why_nobody"])
        for name, gone, active in leavers.get("companies", []):
            self.stdout.write(_visible(f"{gone} of {active} of {name} leave."))
        self.stdout.write(turns_told(one, Phase.TOLD))

    def _status_of_check(self, one: Import, **options: Any) -> int | None:
        """Return the exit status of a check that is not followed by bringing in; None where it is."""
        leavers = one.report.get("leavers") or {}
        is_wrong = bool(wrong_of(one) or leavers.get("why_nobody"))
        if one.counts.get(RowOutcome.ASKED) and not options["only_good"]:
            return self._ask(one, options["questions"])
        if options["check"]:
            return WRONG if is_wrong else 0
        if one.counts.get(TAKEN_BACK) and not options["take_back"]:
            self.stdout.write("The register takes records back. Look at them, and confirm it with --take-back.")
            self.stdout.write("Nothing was written.")
            return ASKED
        if leavers.get("why_nobody") or (wrong_of(one) and not options["only_good"]):
            self.stdout.write("Nothing was written.")
            return WRONG
        if leavers.get("are_many") and (options["accept_leavers"] or 0) < leavers["count"]:
            self.stdout.write(
                f"{leavers['count']} workers would leave: too many without a superuser, who says "
                f"--accept-leavers {leavers['count']}. Nothing was written."
            )
            return MANY_LEAVE
        return None

    def _ask(self, one: Import, where: Path | None) -> int:
        one.refresh_from_db()
        asked = [each for each in one.questions["columns"] if each["key"] not in one.answers.get("columns", {})]
        things = {
            thing: [text for text in texts if text["key"] is None] for thing, texts in one.questions["things"].items()
        }
        choices = [each for each in one.questions["choices"] if each["name"] not in one.choices]
        for question in asked:
            self.stdout.write(_visible(f"{question['key']}: {question['text']} ({', '.join(question['cells'])})"))
            for option in question["options"]:
                self.stdout.write(_visible(f"    {json.dumps(option['value'])}: {option['label']}"))
        for thing, texts in things.items():
            for text in texts:
                near = ", ".join(f"{each['key']} {each['label']}" for each in text["proposals"])
                self.stdout.write(
                    _visible(f"{thing} “{text['written']}” is not known ({', '.join(text['cells'])}): {near}")
                )
                if twin := text.get("same_as"):
                    self.stdout.write(_visible(f"    “{SAME_AS}{twin['text']}”: the same as “{twin['written']}”"))
        for choice in choices:
            mark = " (needed)" if choice["is_needed"] else ""
            self.stdout.write(_visible(f"choices, {choice['name']}{mark}: {choice['label']}. {choice['help']}"))
            for option in choice["options"]:
                self.stdout.write(_visible(f"    {json.dumps(option['value'])}: {option['label']}"))
        people, employers = one.questions.get("people", []), one.questions.get("employers", [])
        for person in people:
            near = ", ".join(f"{each['key']} {each['label']}" for each in person["candidates"])
            self.stdout.write(_visible(f"people, {person['place']}: {person['written']} may be {near}, or null"))
        for worker in employers:
            self.stdout.write(_visible(f"employers, {worker['badge']}: {' or '.join(worker['names'])}"))
        if where is not None:
            room = {
                "people": {person["place"]: None for person in people},
                "employers": {worker["badge"]: None for worker in employers},
                "columns": {question["key"]: question["proposal"] for question in asked},
                "things": {thing: {text["text"]: None for text in texts} for thing, texts in things.items() if texts},
                "choices": {choice["name"]: None for choice in choices},
            }
            where.write_text(json.dumps(room, ensure_ascii=False, indent=2))
        self.stdout.write('Answers are keys, "new" or "leave out". Nothing was written.')
        return ASKED

    def _tell(self, done: int, total: int) -> None:
        progress_bar.draw(self.stderr, done, total)

    def _report(self, one: Import, status: int, where: Path | None) -> None:
        if where is not None:
            _write(where, import_report(one, status=status))

    def _drop(self, one: Import, by: User) -> None:
        one.refresh_from_db()
        if one.is_waiting or one.state == Import.State.FAILED:
            drop_import(import_id=one.pk, by=by, now=timezone.now())


@contextmanager
def _archive_of(folder: Path) -> Iterator[File]:
    """Give a folder as a ZIP, which is how certificates come along through every door.

    Raises:
        CommandError: there is no such folder.
    """
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder.")
    with TemporaryFile() as file:
        with ZipFile(file, "w", ZIP_STORED, strict_timestamps=False) as archive:
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                archive.write(path, path.relative_to(folder).as_posix())
        file.flush()
        file.seek(0)
        yield File(file, name=f"{folder.resolve().name}.zip")


def _everybody(*, holds_everybody: bool, company: list[str], file_date: date | None, **_options: Any) -> dict[str, Any]:
    """Return what the options say of whom the file holds, by names of what is said once for an import.

    Raises:
        CommandError: a company is not known, or named though the file holds only changes.
    """
    if not holds_everybody:
        if company or file_date:
            raise CommandError("--company and --file-date go with --holds-everybody.")
        return {}
    names = Names(Thing.COMPANY, sender="")
    keys = {name: names.key_of(name) for name in company}
    if unknown := [name for name, key in keys.items() if key is None]:
        raise CommandError(f"There is no company {', '.join(unknown)}.")
    said: dict[str, Any] = {"holds": Holds.COMPANIES if company else Holds.SITE}
    if company:
        said["companies"] = list(keys.values())
    if file_date is not None:
        said["file_date"] = file_date.isoformat()
    return said


def _write(where: Path, report: Any) -> None:
    """Write a report for its reader alone; it names people."""
    with open(where, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(report, file, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _visible(line: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
