"""Bring a file of one kind in from a shell: checked first, and only as a named login may (I1, I5, I6)."""

import json
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from attendance.pages.import_turns import Phase, turns_told
from attendance.pages.imports import counts_told, group_lines, leftover_line, taken_back_lines, wrong_of
from attendance.services.imports.agreeing import agree_columns, layout_known
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.dropping import drop_import
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from attendance.services.imports.steps import SAME_AS
from training.core import progress_bar
from training.core.audit_context import as_command
from training.core.imports.registry import kinds
from training.core.refusals import Refusal
from training.models import Import
from training.services.imports.contract import TAKEN_BACK

WRONG, ASKED = 1, 3  # exit statuses: rows are refused; questions have to be answered


class Command(BaseCommand):
    help = (
        "Checks a workbook or CSV file of one kind and brings it in, all rows or none. Columns are known by their "
        "headings, or as they were agreed on before. What is not clear is asked: --questions FILE writes the questions "
        "with room for answers, --answers FILE reads them. Exit status 1: rows were refused and nothing was written; "
        "3: questions are to be answered."
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

    def handle(self, *args: Any, kind: str, file: list[Path], by: str, **options: Any) -> None:
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active login {by}.")
        try:
            with as_command("import"), ExitStack() as stack:
                files = [File(stack.enter_context(path.open("rb")), name=path.name) for path in file]
                if options["certificates"] is not None:
                    files.append(stack.enter_context(_archive_of(options["certificates"])))
                status = self._import(kind, files, user, **options)
        except (OSError, ValueError, Refusal) as error:
            raise CommandError(str(error)) from error
        if status:
            sys.exit(status)

    def _import(self, kind: str, files: list[Any], by: User, **options: Any) -> int:
        said = json.loads(options["answers"].read_text()) if options["answers"] else {}
        one = start_import(files=files, sender=options["sender"], kind=kind, said=said, by=by, now=timezone.now())
        try:
            status = self._work(one, by, **options)
        except BaseException:
            self._drop(one, by)
            raise
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
        self.stdout.write(turns_told(one, Phase.TOLD))
        if options["check"]:
            return WRONG if wrong_of(one) else 0
        if one.counts.get(TAKEN_BACK) and not options["take_back"]:
            self.stdout.write("The register takes records back. Look at them, and confirm it with --take-back.")
            self.stdout.write("Nothing was written.")
            return ASKED
        if wrong_of(one) and not options["only_good"]:
            self.stdout.write("Nothing was written.")
            return WRONG
        one = do_import(
            import_id=one.pk,
            fingerprint=one.fingerprint,
            only_good=options["only_good"],
            take_back=options["take_back"],
            only_agreed=options["only_agreed"],
            by=by,
            now=timezone.now(),
            tell=self._tell,
        )
        self.stdout.write(f"Brought in: {counts_told(one)}. This is import {one.pk}.")
        self.stdout.write(turns_told(one, Phase.DONE))
        return 0

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
        if where is not None:
            room = {
                "columns": {question["key"]: question["proposal"] for question in asked},
                "things": {thing: {text["text"]: None for text in texts} for thing, texts in things.items() if texts},
                "choices": {choice["name"]: None for choice in choices},
            }
            where.write_text(json.dumps(room, ensure_ascii=False, indent=2))
        self.stdout.write('Answers are keys, "new" or "leave out". Nothing was written.')
        return ASKED

    def _tell(self, done: int, total: int) -> None:
        progress_bar.draw(self.stderr, done, total)

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


def _visible(line: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
